import { createHash } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import { listConnectors, updateConnector } from '@hub/db/connectors.ts';
import { listHomes, updateHome } from '@hub/db/homes.ts';
import { listMembers } from '@hub/db/people.ts';
import type { SettingsChange } from '@hub/db/settings-change.ts';
import { listTenants } from '@hub/db/tenants.ts';
import { effectiveSettings } from '@hub/gate/connector-access.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdminKey } from '../api/admin-key.ts';
import { summarize } from '../api/connector-summary.ts';
import { connectorOf, homeOf } from '../api/find.ts';
import { OPERATOR } from '../api/operator.ts';
import { patchedSettings } from '../api/setting-shapes.ts';
import type { Deps } from '../deps.ts';
import { hostRules } from '../http/hosts.ts';
import { type Html, html } from './html.ts';
import { PAGE_HEADERS, type Page, pageText } from './page.ts';
import { createPageSessions } from './session.ts';
import { readForm, settingsForm, versionOf } from './settings-form.ts';

interface Subject {
  readonly title: string;
  readonly intro: Html;
  readonly own: Readonly<Record<string, unknown>>;
  readonly homes: readonly { readonly settings: Readonly<Record<string, unknown>> }[];
  readonly otherwise: string;
  readonly hasRules: boolean;
  save(settings: SettingsChange): Promise<unknown>;
}

/** A plain page at /settings for whoever has the admin key: each connector and home with its settings. No script runs on it. */
export async function settingsPages(app: FastifyInstance, deps: Deps, key: AdminKey | undefined): Promise<void> {
  if (!key) return;
  const { db, vault } = deps.storage;
  const hosts = hostRules(deps.config.publicUrls);
  // Another admin key ends all sessions.
  const secret = createHash('sha256').update(vault.ring.child('settings page')).update(key.hash).digest();
  const sessions = createPageSessions(secret);

  await app.register(
    async (scope) => {
      scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
        done(null, new URLSearchParams(String(body))),
      );
      scope.addHook('onRequest', async ({ host, headers }) => {
        if (!hosts.allowsHost(host) || !hosts.allowsOrigin(headers.origin)) {
          throw new Fault('AUTH_INSUFFICIENT_PERMISSIONS', 'The hub does not answer under this host name.');
        }
      });

      const send = (reply: FastifyReply, page: Page, status = 200) =>
        reply.code(status).headers(PAGE_HEADERS).send(pageText(page));

      /** The session of a page; without one the browser is shown where to sign in. */
      const enter = (request: FastifyRequest, reply: FastifyReply): string | undefined => {
        const session = sessions.of(request.headers.cookie);
        if (session === undefined) send(reply, loginPage(), 401);
        return session;
      };

      const formOf = (request: FastifyRequest, session: string): URLSearchParams => {
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
        if (sessions.isFormToken(session, form.get('token'))) return form;
        throw new Fault('AUTH_INSUFFICIENT_PERMISSIONS', 'This form is not of your session: open the page again.');
      };

      scope.get('/', async (request, reply) => {
        const session = enter(request, reply);
        if (session === undefined) return reply;
        return send(reply, {
          title: 'Connectors and homes',
          body: await listing(),
          token: sessions.formToken(session),
        });
      });

      scope.post('/login', async (request, reply) => {
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
        try {
          await key.test(form.get('key')?.trim() ?? '', request.ip, reply);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          return send(reply, loginPage(error.message), error.code === 'RATE_LIMITED' ? 429 : 401);
        }
        return reply.header('set-cookie', sessions.begin(request.protocol === 'https')).redirect('/settings', 303);
      });

      scope.post('/logout', async (request, reply) => {
        const session = sessions.of(request.headers.cookie);
        if (session !== undefined) formOf(request, session);
        return reply.header('set-cookie', sessions.end(request.protocol === 'https')).redirect('/settings', 303);
      });

      subjectRoutes('/connectors/:tenant/:ref', async ({ tenant, ref }) => {
        const connector = await connectorOf(deps, tenant, ref);
        const access = await readConnectorAccess(db, connector.tenantId, connector.id);
        const words = access ? summarize(access, await memberName(connector.tenantId, connector.memberId)) : [];
        return {
          title: `Connector ${connector.name}`,
          intro: html`<div class="card">${words.map((line) => html`<p>${line}</p>`)}</div>`,
          own: connector.settings,
          homes: access?.homes ?? [],
          otherwise: 'As its homes say',
          hasRules: true,
          save: (settings) => updateConnector(db, connector.tenantId, connector.id, { settings }, OPERATOR),
        };
      });

      subjectRoutes('/homes/:tenant/:ref', async ({ tenant, ref }) => {
        const home = await homeOf(deps, tenant, ref);
        return {
          title: `Home ${home.name}`,
          intro: html`<p class="soft">These hold for connectors that reach this home alone and say nothing themselves. Read-only and switched-off tools hold for this home on connectors with several homes too; the rest where all their homes say the same.</p>`,
          own: home.settings,
          homes: [],
          otherwise: 'As usual',
          hasRules: false,
          save: (settings) => updateHome(db, vault, home.tenantId, home.id, { settings }, OPERATOR),
        };
      });

      function subjectRoutes(path: string, read: (params: { tenant: string; ref: string }) => Promise<Subject>): void {
        scope.get<{ Params: { tenant: string; ref: string }; Querystring: { saved?: string } }>(
          path,
          async (request, reply) => {
            const session = enter(request, reply);
            if (session === undefined) return reply;
            const notice = request.query.saved === '1' ? ({ kind: 'good', text: 'Saved.' } as const) : undefined;
            return send(reply, { ...subjectPage(await read(request.params), sessions.formToken(session)), notice });
          },
        );
        scope.post<{ Params: { tenant: string; ref: string } }>(path, async (request, reply) => {
          const session = enter(request, reply);
          if (session === undefined) return reply;
          const form = formOf(request, session);
          const refused = await save(await read(request.params), form);
          if (refused) {
            const page = subjectPage(await read(request.params), sessions.formToken(session));
            const text = [refused.message, ...refused.suggestions].join(' ');
            const status = refused.code === 'RESOURCE_LOCKED' ? 409 : 400;
            return send(reply, { ...page, notice: { kind: 'bad', text } }, status);
          }
          await deps.changes.look();
          return reply.redirect(`${request.url.split('?')[0]}?saved=1`, 303);
        });
      }
    },
    { prefix: '/settings' },
  );

  async function memberName(tenantId: string, memberId: string): Promise<string> {
    const members = await listMembers(db, tenantId);
    return members.find(({ id }) => id === memberId)?.personName ?? 'its member';
  }

  async function listing(): Promise<Html> {
    const tenants = await listTenants(db);
    const parts = await Promise.all(
      tenants.map(async (tenant) => {
        const [connectors, homes] = await Promise.all([listConnectors(db, tenant.id), listHomes(db, tenant.id)]);
        return html`<section>${tenants.length > 1 && html`<h2>${tenant.name}</h2>`}
${table(
  'Connectors',
  ['Connector', 'Ceiling', 'Says itself'],
  connectors.map((one) => [
    html`<a href="/settings/connectors/${tenant.id}/${one.id}">${one.name}</a>`,
    one.ceiling,
    saidText(one.settings),
  ]),
)}
${table(
  'Homes',
  ['Home', 'Ceiling', 'For its connectors'],
  homes.map((one) => [
    html`<a href="/settings/homes/${tenant.id}/${one.id}">${one.name}</a>`,
    one.ceiling,
    saidText(one.settings),
  ]),
)}</section>`;
      }),
    );
    return html`<p class="soft">A connector is one way in for AI assistants: a secret URL with its limits. What it does not say itself it takes from its homes.</p>${parts}`;
  }
}

/** Resolves with what keeps the form from being saved. @throws whatever is no expected failure */
async function save(subject: Subject, form: URLSearchParams): Promise<Fault | undefined> {
  try {
    const effective = effectiveSettings(subject.own, subject.homes);
    const patch = readForm(form, { ...subject, effective });
    await subject.save((stored) => {
      if (form.get('version') !== versionOf(stored)) throw outdated();
      return patchedSettings(stored, patch);
    });
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function outdated(): Fault {
  return new Fault('RESOURCE_LOCKED', 'These settings were changed since you opened this page. Nothing was saved.', {
    suggestion: 'Below they are as they stand now: make your change once more.',
  });
}

function subjectPage(subject: Subject, token: string): Page {
  const { title, intro, own, homes, otherwise, hasRules } = subject;
  const effective = effectiveSettings(own, homes);
  const form = settingsForm({ effective, own, otherwise, hasRules, token });
  return { title, token, body: html`${intro}${form}` };
}

function loginPage(wrong?: string): Page {
  return {
    title: 'Sign in',
    notice: wrong === undefined ? undefined : { kind: 'bad', text: wrong },
    body: html`<form method="post" action="/settings/login" class="card">
<label for="key">Admin key</label>
<input type="password" id="key" name="key" required autofocus autocomplete="current-password" aria-describedby="key-text">
<p class="soft" id="key-text">The value of HUB_ADMIN_KEY, or of the file admin-key in the data folder.</p>
<button>Sign in</button>
</form>`,
  };
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly (string | Html)[])[]): Html {
  if (rows.length === 0) return html`<h2>${caption}</h2><p class="soft">None yet.</p>`;
  return html`<h2>${caption}</h2><div class="card scroll"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

const IN_WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  toolSearch: (value) => `tool search ${value}`,
  readOnly: (value) => `read-only ${value === true ? 'on' : 'off'}`,
  backupHint: (value) => `backup hint ${value}`,
  strict: (value) => `strict ${value === true ? 'on' : 'off'}`,
  disabledTools: (value) => `tools off: ${Array.isArray(value) ? value.length : 0}`,
  pinnedTools: () => 'own pins',
  visibility: () => 'entity rules',
  askUpTo: (value) => `asks up to ${value}`,
};

function saidText(settings: Readonly<Record<string, unknown>>): string {
  return (
    Object.entries(settings)
      .flatMap(([key, value]) => IN_WORDS[key]?.(value) ?? [])
      .join(' · ') || '–'
  );
}
