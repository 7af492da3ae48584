import type { RequestPageView } from '../../src/http/api-types.ts'
import { call } from '../shared/api.ts'

/** The request that this page's address names, and the token behind its #, which no server ever sees in an address. */
export type Place = { readonly number: string; readonly token: string }
export const placeOf = ({ pathname, hash }: Pick<Location, 'pathname' | 'hash'>): Place => ({
  number: pathname.split('/').at(-1) ?? '',
  token: hash.replace(/^#/, ''),
})

const at = ({ number }: Place) => `/api/request-page/${encodeURIComponent(number)}`

export const requestApi = {
  read: (place: Place) => call<RequestPageView>(at(place), { token: place.token }),
  comment: (place: Place, key: string, text: string) =>
    call<RequestPageView>(`${at(place)}/comments`, { token: place.token, json: { key, text } }),
  reopen: (place: Place, key: string, why: string) =>
    call<RequestPageView>(`${at(place)}/reopen`, { token: place.token, json: { key, why } }),
}
