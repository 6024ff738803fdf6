select roles from last_roles
