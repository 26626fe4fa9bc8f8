-- The audit trail is written by triggers, in the transaction of the change, whoever makes it: edits of clients (whose actor, client and mutation
-- apply_mutations leaves in settings of the transaction), children that follow an account, and hand-made SQL (whose actor stays null).
-- A change of stamps or of derived columns alone leaves no entry.
create procedure app.define_audit(p_entity text) language plpgsql as $define$
declare tracked text; comparisons text;
begin
  select string_agg(quote_ident(c), ', ') into tracked from unnest(app.writable_columns(p_entity) || 'deleted_by_mutation'::text) c;
  select string_agg(format(
      'if new.%1$I is distinct from old.%1$I then changes := changes || jsonb_build_object(''field'', %1$L, ''from'', %2$s, ''to'', %3$s); end if;',
      a.attname, app.form_sql('old', a.attname, a.atttypid), app.form_sql('new', a.attname, a.atttypid)), E'\n      ' order by a.attnum)
    into comparisons
    from pg_attribute a where a.attrelid = ('public.' || quote_ident(p_entity))::regclass and a.attname = any (app.writable_columns(p_entity));
  -- On insert `old` is a row of nulls.
  execute format($f$
    create or replace function app.%1$s_audit() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
    declare what text; changes jsonb := '[]';
    begin
      what := case when tg_op = 'INSERT' then 'create'
                   when old.deleted_at is null and new.deleted_at is not null then 'delete'
                   when old.deleted_at is not null and new.deleted_at is null then 'restore' else 'patch' end;
      %2$s
      insert into public.audit_log (workspace_id, entity, record_id, action, version, member_id, client_id, mutation_id, changes)
        values (new.workspace_id, %1$L, new.id, what, new.version, app.setting('member_id')::uuid, app.setting('client_id')::uuid,
                app.setting('mutation_id')::uuid, changes);
      return null;
    end $$;
  $f$, p_entity, comparisons);
  execute format('create or replace trigger b_audit_insert after insert on public.%1$I for each row execute function app.%1$s_audit()', p_entity);
  execute format('create or replace trigger b_audit_update after update on public.%1$I for each row
    when ((%2$s) is distinct from (%3$s)) execute function app.%1$s_audit()', p_entity,
    'old.' || replace(tracked, ', ', ', old.'), 'new.' || replace(tracked, ', ', ', new.'));
end $define$;

create procedure app.define_audits() language plpgsql as $$
declare t text;
begin
  foreach t in array array['accounts', 'contacts', 'tasks', 'meetings', 'notes', 'saved_views', 'import_jobs'] loop
    call app.define_audit(t);
  end loop;
end $$;
call app.define_audits();
