-- what customers complain about; never what they write. No order is late or in time because of a complaint
create table complaint (
    complaint_id text primary key,
    order_id text not null,
    version timestamptz not null,
    customer_id text not null,
    complained_at timestamptz not null,
    about text not null check (about in ('late', 'wrong_item', 'damaged', 'other'))
);
create index complaint_order on complaint (order_id);
create index complaint_of_lateness on complaint (complained_at) where about = 'late';
