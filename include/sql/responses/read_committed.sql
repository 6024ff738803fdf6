-- what is spent of one budget, on its way or possibly spent
select committed_minor from budget
where scope = :scope
