"""The rules of evidence: one cause, one small file; facts in, a finding with its evidence out."""
