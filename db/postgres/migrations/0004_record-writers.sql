-- One writer per entity, made from one template, so that every statement is static: Postgres plans it once a connection.
-- All run as the caller (outpost_app) under row-level security; what they refuse, they raise through app.refuse.

-- A refusal of one edit: SQLSTATE OP001 with the verdict's fields as detail. apply_mutations catches it and records it.
create function app.refuse(p_code text, p_message text, p_field text default null, p_version bigint default null, p_conflicts jsonb default '[]')
returns void language plpgsql as $$
begin
  raise exception using errcode = 'OP001', message = p_message, detail = jsonb_strip_nulls(jsonb_build_object(
    'code', p_code, 'field', p_field, 'conflicts', '[]'::jsonb))::jsonb || jsonb_build_object('version', p_version, 'conflicts', p_conflicts);
end $$;

create function app.check_columns(p_values jsonb, p_writable text[]) returns void language plpgsql as $$
declare unknown text;
begin
  select k into unknown from jsonb_object_keys(p_values) k where k <> all (p_writable) limit 1;
  if unknown is not null then
    perform app.refuse('unknown_field', format('"%s" is not a field that can be written', left(unknown, 80)), left(unknown, 80));
  end if;
end $$;

-- Why a record that the member does not see cannot be touched. Only records of the member's own workspace are told apart from none at all.
create function app.refuse_unseen(p_entity text, p_record uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare deleted boolean;
begin
  execute format('select deleted_at is not null from public.%I where id = $1 and workspace_id = $2', p_entity)
    into deleted using p_record, app.workspace();
  if deleted then
    perform app.refuse('removed_elsewhere', 'The record was removed by somebody else.');
  elsif deleted is not null then
    perform app.refuse('forbidden', 'The record belongs to somebody else now.');
  else
    perform app.refuse('not_found', 'The record is not on the server.');
  end if;
end $$;

-- The account that a child hangs on must be there, alive and the member's to see; it is locked so that it stays so.
create function app.check_account(p_account uuid) returns void language plpgsql as $$
declare deleted boolean;
begin
  select a.deleted_at is not null into deleted from public.accounts a where a.id = p_account for share;
  if deleted is null then
    if p_account is null then
      perform app.refuse('invalid_input', 'Account must not be empty', 'account_id');
    end if;
    perform app.refuse_unseen('accounts', p_account);
  elsif deleted then
    perform app.refuse('removed_elsewhere', 'The account was removed by somebody else.', 'account_id');
  end if;
end $$;

-- Did somebody other than this client change the record after the version that this client saw?
create function app.changed_by_others(p_record uuid, p_seen bigint, p_client uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
  return exists (select from public.audit_log l
    where l.record_id = p_record and l.workspace_id = app.workspace() and l.version > p_seen and l.client_id is distinct from p_client);
end $$;

-- Epoch milliseconds of row form as a timestamp, exact to the millisecond.
create function app.instant(p_ms jsonb) returns jsonb language sql immutable as $$
  select case when jsonb_typeof(p_ms) = 'number'
    then to_jsonb(timestamptz '1970-01-01 00:00:00+00' + (p_ms #>> '{}')::numeric::float8 * interval '1 millisecond') else p_ms end
$$;

create function app.flag(p_bit jsonb) returns jsonb language sql immutable as $$
  select case when jsonb_typeof(p_bit) = 'number' then to_jsonb((p_bit #>> '{}')::numeric <> 0) else p_bit end
$$;

create function app.epoch_ms(p_at timestamptz) returns bigint language sql immutable parallel safe as $$
  select floor(extract(epoch from p_at) * 1000)::bigint
$$;

-- Columns of a table that clients write.
create function app.writable_columns(p_entity text) returns text[] language sql stable as $$
  select array_agg(a.attname::text order by a.attnum) from pg_attribute a
  where a.attrelid = ('public.' || quote_ident(p_entity))::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname <> all (array['id', 'workspace_id', 'account_assigned_to', 'version', 'created_at', 'updated_at', 'deleted_at', 'deleted_by_mutation'])
$$;

-- SQL of a column of a row variable in row form.
create function app.form_sql(p_row text, p_column text, p_type oid) returns text language sql stable as $$
  select format(case format_type(p_type, null)
    when 'timestamp with time zone' then 'app.epoch_ms(%1$s.%2$I)'
    when 'date' then 'to_char(%1$s.%2$I, ''YYYY-MM-DD'')'
    when 'boolean' then '%1$s.%2$I::int'
    else '%1$s.%2$I' end, p_row, p_column)
$$;

-- Makes (or, after a migration added a column, makes again) the functions of one entity:
--   app.<entity>_form(row)          its writable columns in row form
--   app.<entity>_cast(row, values)  the row with values in row form put in
--   app.<entity>_apply(edit, …)     carries out one edit, answers {"version", "in_shard"}
--   app.<entity>_put_outside(row)   the one write that row-level security cannot do (see there)
-- p_stays: does the new row n stay visible to its writer?   p_mine: may the writer change the old row r?   p_check: refusals that need both rows.
create procedure app.define_writer(p_entity text, p_stays text, p_mine text, p_check text) language plpgsql as $define$
declare
  cols text[] := app.writable_columns(p_entity);
  forms text; casts text; sets text;
begin
  select string_agg(format('%L, %s', a.attname, app.form_sql('r', a.attname, a.atttypid)), ', ' order by a.attnum),
    coalesce(string_agg(format('if v ? %1$L then v := v || jsonb_build_object(%1$L, %2$s(v -> %1$L)); end if;', a.attname,
      case format_type(a.atttypid, null) when 'boolean' then 'app.flag' else 'app.instant' end), ' ')
      filter (where format_type(a.atttypid, null) in ('timestamp with time zone', 'boolean')), ''),
    string_agg(format('%1$I = n.%1$I', a.attname), ', ' order by a.attnum)
    into forms, casts, sets
    from pg_attribute a where a.attrelid = ('public.' || quote_ident(p_entity))::regclass and a.attname = any (cols);

  execute format($f$
    create or replace function app.%1$s_form(r public.%1$I) returns jsonb language plpgsql stable as $$
    begin
      return jsonb_build_object(%2$s);
    end $$;
  $f$, p_entity, forms);

  execute format($f$
    create or replace function app.%1$s_cast(r public.%1$I, v jsonb) returns public.%1$I language plpgsql stable as $$
    begin
      %2$s
      return jsonb_populate_record(r, v);
    end $$;
  $f$, p_entity, casts);

  -- Postgres holds the row that an update leaves behind against the SELECT policy, so a member cannot give a record away under it.
  -- This writes such a row with the owner's rights, after checking the member's right to the old one; foreign keys keep it in the workspace.
  execute format($f$
    create or replace function app.%1$s_put_outside(n public.%1$I) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public as $$
    declare v bigint;
    begin
      update public.%1$I r set %2$s where r.id = n.id and r.workspace_id = app.workspace() and (%3$s) returning r.version into v;
      if v is null then
        perform app.refuse('forbidden', 'The record belongs to somebody else now.');
      end if;
      return v;
    end $$;
  $f$, p_entity, sets, p_mine);

  execute format($f$
    create or replace function app.%1$s_apply(p_edit jsonb, p_workspace uuid, p_client uuid, p_me uuid, p_whole boolean) returns jsonb
    language plpgsql as $$
    declare
      op text := p_edit ->> 'op'; rid uuid := (p_edit ->> 'record_id')::uuid; mid uuid := (p_edit ->> 'id')::uuid;
      o public.%1$I; n public.%1$I; tests jsonb; wants jsonb; was jsonb; base jsonb; mine jsonb; conflicts jsonb; v bigint;
    begin
      if op = 'create' then
        wants := p_edit -> 'values';
        perform app.check_columns(wants, %5$L);
        n := app.%1$s_cast(jsonb_populate_record(null::public.%1$I, %6$L), wants);
        %4$s
        insert into public.%1$I (id, workspace_id, %2$s) values (rid, p_workspace, %7$s);
        return jsonb_build_object('version', 1, 'in_shard', %8$s);
      end if;

      select * into o from public.%1$I where id = rid for no key update;
      if not found then
        perform app.refuse_unseen(%1$L, rid);
      end if;

      if op = 'patch' then
        if o.deleted_at is not null then
          perform app.refuse('removed_elsewhere', 'The record was removed by somebody else.', null, o.version);
        end if;
        select coalesce(jsonb_object_agg(substr(x.path, 2), x.value) filter (where x.op = 'test'), '{}'),
               coalesce(jsonb_object_agg(substr(x.path, 2), x.value) filter (where x.op = 'replace'), '{}')
          into tests, wants from jsonb_to_recordset(p_edit -> 'patch') as x(op text, path text, value jsonb);
        perform app.check_columns(tests || wants, %5$L);
        n := app.%1$s_cast(o, wants);
        if tests <> '{}' then
          was := app.%1$s_form(o); base := app.%1$s_form(app.%1$s_cast(o, tests)); mine := app.%1$s_form(n);
          select jsonb_agg(jsonb_build_object('field', k, 'base', base -> k, 'mine', mine -> k, 'theirs', was -> k)) into conflicts
            from jsonb_object_keys(tests) k
            where was -> k is distinct from base -> k and (not wants ? k or was -> k is distinct from mine -> k);
          if conflicts is not null then
            perform app.refuse('conflict', 'Somebody else changed the same field first.', conflicts -> 0 ->> 'field', o.version, conflicts);
          end if;
        end if;
        %4$s
        if %8$s then
          update public.%1$I set %3$s where id = rid returning version into v;
          return jsonb_build_object('version', v, 'in_shard', true);
        end if;
        return jsonb_build_object('version', app.%1$s_put_outside(n), 'in_shard', false);

      elsif op = 'delete' then
        if o.deleted_at is not null then
          return jsonb_build_object('version', o.version, 'in_shard', false);
        end if;
        if o.version > (p_edit ->> 'seen_version')::bigint and app.changed_by_others(rid, (p_edit ->> 'seen_version')::bigint, p_client) then
          perform app.refuse('conflict', 'Somebody else changed the record since you saw it.', null, o.version);
        end if;
        update public.%1$I set deleted_at = now(), deleted_by_mutation = mid where id = rid returning version into v;
        return jsonb_build_object('version', v, 'in_shard', false);

      elsif op = 'restore' then
        if o.deleted_at is null then
          return jsonb_build_object('version', o.version, 'in_shard', true);
        end if;
        if o.deleted_by_mutation is distinct from (p_edit ->> 'deleted_by')::uuid then
          perform app.refuse('removed_elsewhere', 'The record was removed again by somebody else.', null, o.version);
        end if;
        n := o;
        %4$s
        update public.%1$I set deleted_at = null, deleted_by_mutation = null where id = rid returning version into v;
        return jsonb_build_object('version', v, 'in_shard', true);
      end if;
      perform app.refuse('invalid_input', 'The kind of edit is not known.');
      return null;
    end $$;
  $f$, p_entity, array_to_string(cols, ', '), sets, p_check, cols,
     case p_entity when 'saved_views' then '{"shared": false}' else '{}' end,
     'n.' || array_to_string(cols, ', n.'), p_stays);
end $define$;

create procedure app.define_writers() language plpgsql as $$
declare child text;
begin
  call app.define_writer('accounts', '(p_whole or coalesce(n.assigned_to = p_me, false))', 'r.assigned_to = app.member() or app.whole_workspace() is not null', '');
  foreach child in array array['contacts', 'tasks', 'meetings', 'notes'] loop
    call app.define_writer(child, 'true', 'false',
      'if op <> ''patch'' or n.account_id is distinct from o.account_id then perform app.check_account(n.account_id); end if;');
  end loop;
  call app.define_writer('saved_views', '(n.shared or n.owner = p_me)', 'r.owner = app.member() or (r.shared and app.whole_workspace() is not null)',
    'if (op = ''create'' and n.owner is distinct from p_me) or (op = ''patch'' and n.owner is distinct from o.owner) then
       perform app.refuse(''forbidden'', ''A view belongs to the member who made it.'', ''owner'');
     end if;');
  call app.define_writer('import_jobs', 'true', 'false',
    'if (op = ''create'' and n.created_by is distinct from p_me) or (op = ''patch'' and n.created_by is distinct from o.created_by) then
       perform app.refuse(''forbidden'', ''An import belongs to the member who ran it.'', ''created_by'');
     end if;');
end $$;
call app.define_writers();
