-- Version and update stamp: on every update, no-ops too, so that a client can tell any two states of a row apart.
create function app.stamp() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;

do $$
declare t text;
begin
  foreach t in array array['workspaces', 'workspace_members', 'accounts', 'contacts', 'tasks', 'meetings', 'notes', 'saved_views', 'import_jobs'] loop
    execute format('create trigger a_stamp before update on %I for each row execute function app.stamp()', t);
  end loop;
end $$;

-- A child takes its account's owner. `for share` waits for a reassignment in flight: without it, a child inserted meanwhile would keep the old owner.
-- security definer: a member may not see the account's row in every case in which the copy must be right.
create function app.copy_account_owner() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  select a.assigned_to into new.account_assigned_to from public.accounts a
    where a.id = new.account_id and a.workspace_id = new.workspace_id for share;
  return new;
end $$;

-- What happens to an account happens to its children: reassignment, deletion (under the same mutation id) and the restore of exactly that set.
create function app.children_follow() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
declare child text;
begin
  foreach child in array array['contacts', 'tasks', 'meetings', 'notes'] loop
    if new.assigned_to is distinct from old.assigned_to then
      execute format('update public.%I set account_assigned_to = $1 where account_id = $2', child) using new.assigned_to, new.id;
    end if;
    if old.deleted_at is null and new.deleted_at is not null then
      execute format('update public.%I set deleted_at = $1, deleted_by_mutation = $2 where account_id = $3 and deleted_at is null', child)
        using new.deleted_at, new.deleted_by_mutation, new.id;
    elsif old.deleted_at is not null and new.deleted_at is null then
      execute format('update public.%I set deleted_at = null, deleted_by_mutation = null where account_id = $1 and deleted_by_mutation = $2', child)
        using new.id, old.deleted_by_mutation;
    end if;
  end loop;
  return null;
end $$;

create trigger c_children_follow after update on accounts for each row
  when (new.assigned_to is distinct from old.assigned_to or (new.deleted_at is null) <> (old.deleted_at is null))
  execute function app.children_follow();

do $$
declare t text;
begin
  foreach t in array array['contacts', 'tasks', 'meetings', 'notes'] loop
    execute format('create trigger b_owner_on_insert before insert on %I for each row execute function app.copy_account_owner()', t);
    execute format('create trigger b_owner_on_move before update of account_id on %I for each row when (new.account_id <> old.account_id) execute function app.copy_account_owner()', t);
  end loop;
end $$;
