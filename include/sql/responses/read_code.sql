select code from installation
