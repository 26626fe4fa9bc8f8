-- The write path: a batch of edits (core/protocol/edit.ts) in, a verdict for each (core/protocol/gateway.ts) out.

-- The ledger's word on an edit seen before: its original answer, or id_reused where the id belongs to another body, user or workspace
-- (nothing of that other edit is told). Null for a new id. The app's role reaches the ledger through these two functions only.
create function app.recall(p_id uuid, p_user text, p_hash bytea) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare m public.mutations;
begin
  select * into m from public.mutations l where l.id = p_id;
  if not found then
    return null;
  end if;
  if m.workspace_id = app.workspace() and m.user_id = p_user and m.body_hash = p_hash then
    return m.answer || '{"duplicate": true}';
  end if;
  return jsonb_build_object('id', p_id, 'status', 'refused', 'code', 'id_reused', 'conflicts', '[]'::jsonb, 'version', null, 'duplicate', false,
    'message', 'This edit was already sent with other contents: the data folder may have been copied.');
end $$;

create function app.record_answer(p_id uuid, p_user text, p_client uuid, p_hash bytea, p_answer jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into public.mutations (id, workspace_id, user_id, client_id, body_hash, answer)
    values (p_id, app.workspace(), p_user, p_client, p_hash, p_answer);
end $$;

-- Locks every record that the batch touches in one order for all batches (accounts, then each kind of child; by id), so that batches wait for
-- each other instead of deadlocking. Accounts of touched children come first, because a reassigned account locks its children.
create function app.lock_records(p_edits jsonb) returns void language plpgsql as $$
declare kinds text[]; accounts uuid[]; t text; ids uuid[]; parents uuid[]; is_uuid text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
begin
  select array_agg(distinct x.entity), array_agg(x.record_id) filter (where x.entity = 'accounts' and x.op <> 'create')
    into kinds, accounts from jsonb_to_recordset(p_edits) as x(op text, entity text, record_id uuid);
  if kinds && array['contacts', 'tasks', 'meetings', 'notes'] then
    select array_agg(v::uuid) into parents from (
        select e #>> '{values,account_id}' v from jsonb_array_elements(p_edits) e where e ->> 'op' = 'create'
        union select p ->> 'value' from jsonb_array_elements(p_edits) e, jsonb_array_elements(e -> 'patch') p
          where e ->> 'op' = 'patch' and p ->> 'path' = '/account_id') s
      where v ~ is_uuid;
    accounts := accounts || parents;
    foreach t in array array['contacts', 'tasks', 'meetings', 'notes'] loop
      continue when t <> all (kinds);
      execute format('select array_agg(distinct c.account_id) from public.%I c where c.id = any ($1)', t) into parents
        using array(select (e ->> 'record_id')::uuid from jsonb_array_elements(p_edits) e where e ->> 'entity' = t);
      accounts := accounts || parents;
    end loop;
  end if;
  perform from public.accounts a where a.id = any (accounts) order by a.id for no key update;
  foreach t in array array['contacts', 'tasks', 'meetings', 'notes', 'saved_views', 'import_jobs'] loop
    continue when t <> all (kinds);
    ids := array(select (e ->> 'record_id')::uuid from jsonb_array_elements(p_edits) e where e ->> 'entity' = t and e ->> 'op' <> 'create');
    execute format('select from public.%I r where r.id = any ($1) order by r.id for no key update', t) using ids;
  end loop;
end $$;

-- Applies the edits in order, each all or nothing in its own subtransaction, as `outpost_app` under row-level security.
-- Answers {"results": [verdict, …]}. Refused are only: what app.refuse raised (OP001), bad data (class 22) and broken constraints (class 23).
-- Anything else (deadlock, timeout, full disk, a concurrent send of the same id) aborts the whole call, records nothing and may be sent again.
-- An edit may carry `refuse` = {code, message, field}, the gateway's own verdict on its values, which is recorded without trying.
-- Deleting what is already deleted is accepted: what the user wanted is so. Errors: 42501 where the user is no member of the workspace.
-- Every statement in it looks rows up by key; without `enable_seqscan = off` a connection that planned them while a table was new and small would
-- go on reading that table whole as it grows, until the next analyze.
create function apply_mutations(p_workspace uuid, p_user text, p_client uuid, p_edits jsonb) returns jsonb
language plpgsql set enable_seqscan = off as $$
declare
  e jsonb; body jsonb; answer jsonb; done jsonb; results jsonb[] := '{}'; eid uuid; hash bytea;
  me uuid; whole boolean; txid bigint; what text; detail text; broken text; field text;
begin
  perform set_config('app.workspace_id', p_workspace::text, true), set_config('app.user_id', p_user, true), set_config('app.client_id', p_client::text, true);
  me := app.member();
  if me is null then
    raise exception using errcode = '42501', message = 'not a member of this workspace';
  end if;
  whole := app.whole_workspace() is not null;
  perform set_config('app.member_id', me::text, true);
  txid := (pg_current_xact_id()::xid::text)::bigint; -- the 32-bit id that the shape log carries
  perform app.lock_records(p_edits);

  for e in select value from jsonb_array_elements(p_edits) loop
    body := e - 'refuse';
    eid := (e ->> 'id')::uuid;
    hash := sha256(convert_to(body::text, 'UTF8'));
    answer := app.recall(eid, p_user, hash);
    if answer is null then
      begin
        perform set_config('app.mutation_id', eid::text, true);
        if e ? 'refuse' then
          perform app.refuse(e #>> '{refuse,code}', e #>> '{refuse,message}', e #>> '{refuse,field}');
        end if;
        done := case e ->> 'entity'
          when 'accounts' then app.accounts_apply(e, p_workspace, p_client, me, whole)
          when 'contacts' then app.contacts_apply(e, p_workspace, p_client, me, whole)
          when 'tasks' then app.tasks_apply(e, p_workspace, p_client, me, whole)
          when 'meetings' then app.meetings_apply(e, p_workspace, p_client, me, whole)
          when 'notes' then app.notes_apply(e, p_workspace, p_client, me, whole)
          when 'saved_views' then app.saved_views_apply(e, p_workspace, p_client, me, whole)
          when 'import_jobs' then app.import_jobs_apply(e, p_workspace, p_client, me, whole)
        end;
        if done is null then
          perform app.refuse('forbidden', 'Records of this kind cannot be changed from here.');
        end if;
        answer := done || jsonb_build_object('id', eid, 'status', 'accepted', 'txid', txid, 'duplicate', false);
      exception
        when sqlstate 'OP001' then
          get stacked diagnostics what = message_text, detail = pg_exception_detail;
          answer := detail::jsonb || jsonb_build_object('message', what);
        when unique_violation then
          get stacked diagnostics broken = constraint_name;
          if broken = (e ->> 'entity') || '_pkey' then
            answer := '{"code": "id_taken", "message": "A record with this id already exists."}';
          else
            answer := '{"code": "invalid_input", "message": "Another record already has this value."}';
          end if;
        when data_exception or integrity_constraint_violation then
          get stacked diagnostics broken = constraint_name, field = column_name, what = returned_sqlstate;
          field := coalesce(nullif(field, ''), substring(broken from '^' || (e ->> 'entity') || '_(.+)_(?:check|fkey)$'));
          answer := jsonb_build_object('code', 'invalid_input', 'message', case what
            when '23502' then 'A value that is needed is empty.'
            when '23503' then 'One of the values names a record that is not there.'
            else 'Some of the values are not valid.' end);
          if field is not null then
            answer := answer || jsonb_build_object('field', field);
          end if;
      end;
      if answer ? 'code' then
        answer := '{"conflicts": [], "version": null, "duplicate": false}'::jsonb || answer || jsonb_build_object('id', eid, 'status', 'refused');
      end if;
      perform app.record_answer(eid, p_user, p_client, hash, answer);
    end if;
    results := results || answer;
  end loop;
  return jsonb_build_object('results', to_jsonb(results));
end $$;
