import type {
  ActAnswer,
  ActBody,
  ConversationView,
  DeskView,
  RequestPageView,
  TechnicianView,
  TemplatesView,
} from '../../../src/http/api-types.ts'
import { call } from '../../shared/api.ts'

const conversation = (id: string) => `/api/desk/conversations/${encodeURIComponent(id)}`

/** One of `GET /api/desk/conversations/:id/requests`. */
export type LinkedRequest = Pick<RequestPageView, 'number' | 'subject' | 'status' | 'priority'>
export type Priority = RequestPageView['priority']

/** The technician's side of the hub's API; the browser sends the session along. */
export const deskApi = {
  signIn: () => call<unknown>('/api/playground/sign-in', { json: {} }),
  desk: () => call<DeskView>('/api/desk'),
  conversation: (id: string, before?: number) =>
    call<ConversationView>(`${conversation(id)}${before === undefined ? '' : `?before=${before}`}`),
  act: (id: string, act: ActBody) => call<ActAnswer>(`${conversation(id)}/acts`, { json: act }),
  templates: (id: string) => call<TemplatesView>(`${conversation(id)}/templates`),
  requests: (id: string) => call<{ readonly requests: readonly LinkedRequest[] }>(`${conversation(id)}/requests`),
  openRequest: (id: string, key: string, wanted: { readonly subject: string; readonly priority: Priority }) =>
    call<LinkedRequest>('/api/requests', { json: { type: 'incident', conversation: id, ...wanted }, once: key }),
  resolveRequest: (number: string, key: string, resolution: string) =>
    call<LinkedRequest>(`/api/requests/${encodeURIComponent(number)}`, {
      method: 'PATCH',
      json: { status: 'resolved', resolution },
      once: key,
    }),
  typing: (id: string) => call<unknown>(`${conversation(id)}/typing`, { json: {} }),
  presence: (presence: TechnicianView['presence']) => call<unknown>('/api/desk/presence', { json: { presence } }),
}

/** An act without the key that makes it happen once. */
export type Act = ActBody extends infer Each ? (Each extends ActBody ? Omit<Each, 'key'> : never) : never
