import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHub } from '../support/hub.ts'

type Operation = {
  readonly summary?: string
  readonly security?: readonly { readonly [scheme: string]: unknown }[]
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
}
type Page = { readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } } }

let hub: Awaited<ReturnType<typeof openHub>>
let operations: readonly (Operation & { readonly path: string; readonly method: string })[]
beforeAll(async () => {
  hub = await openHub({ channels: [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }] })
  const page = (await (await fetch(new URL('/api/openapi.json', hub.url))).json()) as Page
  operations = Object.entries(page.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  )
})
afterAll(() => hub?.stop())

const at = ({ method, path }: { readonly method: string; readonly path: string }) => `${method.toUpperCase()} ${path}`
/** The answer to a stranger who says nothing. */
const strangers = async ({ method, path }: { readonly method: string; readonly path: string }): Promise<number> => {
  const json = ['get', 'delete'].includes(method) ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }
  return (await fetch(new URL(path.replaceAll(/{\w+}/g, 'x'), hub.url), { method: method.toUpperCase(), ...json })).status
}

describe('the page of the whole hub’s API', () => {
  test('says of each route that asks who calls what it needs, and of no other', async () => {
    expect(operations.length).toBeGreaterThan(50)
    const told = await Promise.all(operations.map(async (one) => ({ one, status: await strangers(one) })))
    const open = ({ security = [] }: Operation) => security.length === 0
    expect(told.filter(({ one, status }) => open(one) && status === 401).map(({ one }) => at(one))).toEqual([])
    // Signed out already, and signed in as nobody.
    const answersAll = ['POST /api/auth/sign-out', 'GET /api/auth/get-session']
    expect(told.filter(({ one, status }) => !open(one) && status < 400).map(({ one }) => at(one))).toEqual(answersAll)
  })

  test('lets either of two proofs do where either does', () => {
    expect(operations.find((one) => at(one) === 'POST /api/requests/uploads')?.security).toEqual([{ session: [] }, { key: [] }])
  })

  test('has a summary and every parameter of its path on each route', () => {
    for (const one of operations) {
      const named = (one.parameters ?? []).filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect([at(one), named]).toEqual([at(one), [...one.path.matchAll(/{(\w+)}/g)].map(([, name]) => name)])
      expect(one.summary, at(one)).toBeTruthy()
    }
  })
})
