import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'

type Described = { readonly [key: string]: unknown }

const text = { type: 'string' } as const
const object = (properties: Described, required: readonly string[] = Object.keys(properties)) => ({ type: 'object', properties, required })
const person = object({ user: object({ id: text, name: text, email: text }) })
/** `security`: any one of these will do. */
const upload = (who: string, ...security: readonly Described[]): Described => ({
  summary: 'Upload a file',
  description: `The raw bytes, with their own Content-Type. Needs ${who}.`,
  security,
  consumes: ['application/octet-stream'],
  querystring: object({ name: { ...text, description: 'The file’s name: report.pdf' } }),
  body: { type: 'string', format: 'binary' },
  response: {
    200: {
      description: 'The kept file; its link holds an hour.',
      ...object({ id: text, name: text, mime: text, bytes: { type: 'integer' }, link: text }),
    },
  },
})

/** Routes that check what comes in by themselves, and so have no schemas of their own. */
const described: { readonly [route: string]: Described } = {
  'POST /api/auth/sign-in/email': {
    tags: ['sign-in'],
    summary: 'Sign in',
    description: 'Answers with the session’s cookie.',
    security: [],
    body: object({ email: text, password: text }),
    response: { 200: { description: 'Who you are.', ...person } },
  },
  'POST /api/auth/sign-out': { tags: ['sign-in'], summary: 'Sign out', security: [{ session: [] }] },
  'GET /api/auth/get-session': {
    tags: ['sign-in'],
    summary: 'Who am I?',
    security: [{ session: [] }],
    response: { 200: { description: 'Null where nobody is signed in.', ...person, nullable: true } },
  },
  'POST /api/auth/change-password': {
    tags: ['sign-in'],
    summary: 'Another password',
    security: [{ session: [] }],
    body: object({ currentPassword: text, newPassword: text }),
  },
  'POST /api/chat/files': { tags: ['chat'], ...upload('the chat’s token', { guest: [] }) },
  'POST /api/desk/files': { tags: ['desk'], ...upload('a technician’s session', { session: [] }) },
  'POST /api/requests/uploads': {
    tags: ['requests'],
    ...upload('a technician’s session, or a key with the scope requests:write', { session: [] }, { key: [] }),
  },
  'GET /files/:id/:name': {
    tags: ['files'],
    summary: 'A file, by its signed link',
    security: [],
    querystring: object({ until: text, signature: text }),
    response: { 200: { description: 'Its bytes.', type: 'string', format: 'binary' } },
  },
}

/** What the routes of these tags need where they do not say it themselves. */
const needed: { readonly [tag: string]: readonly Described[] } = {
  desk: [{ session: [] }],
  admin: [{ session: [] }],
  articles: [{ session: [] }],
  history: [{ session: [] }, { guest: [] }],
}

/** The page of the API: how callers prove who they are, and every route, also those without schemas of their own. */
export const openApi = (version: string): FastifyDynamicSwaggerOptions => ({
  openapi: {
    info: { title: 'Switchboard', version, description: 'The hub’s own API: chat, desk, requests, history, administration.' },
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'switchboard.session_token',
          description:
            'A technician’s session, from POST /api/auth/sign-in/email; over https its name begins with __Secure-. Calls that change something must come from a page of the hub.',
        },
        key: { type: 'http', scheme: 'bearer', description: 'Another system’s key, from hub.api.keys.' },
        guest: { type: 'http', scheme: 'bearer', description: 'The chat’s token, from POST /api/guest.' },
        link: { type: 'http', scheme: 'bearer', description: 'What stands behind the # of a link to a request’s page.' },
      },
    },
  },
  transform(given) {
    const { schema, url } = jsonSchemaTransform(given)
    const method = [given.route.method].flat()[0]
    const own = described[`${method} ${given.url}`]
    if (own) return { schema: { ...schema, ...own } as FastifySchema, url }
    const tag = (schema as { readonly tags?: readonly string[] } | undefined)?.tags?.[0]
    const security = needed[tag ?? '']
    return { schema: (security && schema ? { security, ...schema } : schema) as FastifySchema, url }
  },
})
