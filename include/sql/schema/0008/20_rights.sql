-- what each role may do by hand, up to which level and, where money moves, up to which amount: as rights.yaml says
create table action_right (
    role text not null,
    action text not null,
    max_level smallint not null check (max_level between 0 and 3),
    primary key (role, action)
);
create table action_money (
    role text not null,
    currency text not null references money_policy,
    up_to_minor bigint not null check (up_to_minor >= 0),
    primary key (role, currency)
);
