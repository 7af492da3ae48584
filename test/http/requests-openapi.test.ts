import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRequestHouse, type RequestHouse } from './requests-house.ts'

type Operation = {
  readonly summary?: string
  readonly security?: readonly { readonly [scheme: string]: unknown }[]
  readonly requestBody?: unknown
  readonly responses: { readonly [status: string]: unknown }
}
type Page = {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly securitySchemes: { readonly [scheme: string]: unknown } }
}

let house: RequestHouse
let page: Page
beforeAll(async () => {
  house = await openRequestHouse()
  page = (await house.anybody.get<Page>('/api/openapi.json')).body
})
afterAll(() => house.close())

test('the page of the API names every route with what it needs, and every need is explained', () => {
  const operations = Object.entries(page.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, ...operation })),
  )
  expect(operations.length).toBeGreaterThan(20)
  expect(operations.filter(({ summary }) => !summary).map(({ at }) => at)).toEqual([])
  expect(operations.filter(({ security }) => security === undefined).map(({ at }) => at)).toEqual([])
  const schemes = new Set(operations.flatMap(({ security = [] }) => security.flatMap(Object.keys)))
  expect([...schemes].filter((scheme) => !(scheme in page.components.securitySchemes))).toEqual([])
})

test.each([
  ['post', '/api/auth/sign-in/email'],
  ['post', '/api/requests/uploads'],
  ['post', '/api/requests'],
  ['patch', '/api/requests/{number}'],
  ['post', '/api/approvals/{id}/decision'],
])('and of %s %s its body', (method, path) => {
  expect(page.paths[path]![method]!.requestBody).toBeDefined()
})

test('with the refusals that are to be expected', () => {
  expect(Object.keys(page.paths['/api/requests']!.post!.responses)).toEqual(
    expect.arrayContaining(['201', '400', '401', '403', '409', '422', '429', '503']),
  )
})
