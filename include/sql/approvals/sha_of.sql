-- the fingerprint of a payload exactly as the ledger takes it
select encode(sha256(convert_to(cast(cast(:payload as jsonb) as text), 'UTF8')), 'hex') as sha
