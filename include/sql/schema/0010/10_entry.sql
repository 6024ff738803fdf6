-- who typed an order in, and when it is to be installed or handed over: ordinary fields of the ERP that tell apart what
-- looks alike
alter table orders
add column entered_by text check (char_length(entered_by) <= 64),
add column appointment_at timestamptz;
