update clock set ahead = cast(:now as timestamptz) - timestamptz 'epoch'
