-- open orders have to be calculated anew; whoever finds the mark does it
update threshold_active set moved_at = null
