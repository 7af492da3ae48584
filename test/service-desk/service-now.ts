import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type NowRow = { [field: string]: string }
type Fault = 'away' | 'cut' | 'cut-after' | 'slow' | 401 | 429 | 500 | 503

/** Fields that the tables have; a query on any other is ignored, as the platform does it by default. */
const known: { readonly [table: string]: readonly string[] } = {
  incident:
    'sys_id number correlation_id correlation_display u_requester_email short_description description state priority contact_type sys_created_on sys_updated_on resolved_at close_notes comments work_notes'.split(
      ' ',
    ),
  sc_request:
    'sys_id number correlation_id correlation_display u_requester_email short_description description request_state priority contact_type sys_created_on sys_updated_on closed_at close_notes comments work_notes'.split(
      ' ',
    ),
  sys_journal_field: 'sys_id element element_id value sys_created_on sys_created_by'.split(' '),
  sysapproval_approver:
    'sys_id state comments sys_created_on approver.email sysapproval.number sysapproval.short_description sysapproval.description sysapproval.opened_by.name sysapproval.opened_by.email'.split(
      ' ',
    ),
}
const prefixes: { readonly [table: string]: string } = { incident: 'INC', sc_request: 'REQ' }

/**
 * ServiceNow's Table API as far as the hub uses it, from its public documentation: `result` wrappers, encoded queries (`^`, ORDERBY, ORDERBYDESC, unknown parts
 * ignored), sysparm_limit and sysparm_fields, journal fields that are written but not read, error bodies, 401, 404, 429.
 */
export async function startServiceNow(account = { user: 'switchboard', password: 'right horse battery' }) {
  const tables = new Map<string, NowRow[]>(Object.keys(known).map((name) => [name, []]))
  const calls: { readonly method: string; readonly url: string }[] = []
  const faults: Fault[] = []
  let lasting: Fault | null = null
  let cutWrite = false
  let ahead = 0
  let numbers = 10_000
  const at = () => new Date(Date.now() + ahead).toISOString().slice(0, 19).replace('T', ' ')
  const sysId = () => randomBytes(16).toString('hex')

  const journal = (row: NowRow, element: 'comments' | 'work_notes', value: string, by: string): void => {
    tables
      .get('sys_journal_field')!
      .push({ sys_id: sysId(), element, element_id: row.sys_id!, value, sys_created_on: at(), sys_created_by: by })
  }
  function put(table: string, row: NowRow, body: { readonly [field: string]: unknown }, by: string): void {
    for (const [field, value] of Object.entries(body)) {
      if (!known[table]!.includes(field)) continue
      if (field === 'comments' || field === 'work_notes') journal(row, field, String(value), by)
      else row[field] = String(value)
    }
    // Journal fields read as nothing, but for approvals, whose comments are plain.
    if (table === 'sysapproval_approver' && typeof body.comments === 'string') row.comments = body.comments
    row.sys_updated_on = at()
  }
  function insert(table: string, body: { readonly [field: string]: unknown }, by = account.user): NowRow {
    const row: NowRow = Object.fromEntries(known[table]!.map((field) => [field, '']))
    Object.assign(row, { sys_id: sysId(), sys_created_on: at() })
    if (prefixes[table]) row.number = `${prefixes[table]}${String(++numbers).padStart(7, '0')}`
    if (table === 'incident') row.state = '1'
    if (table === 'sc_request') row.request_state = 'in_process'
    put(table, row, body, by)
    tables.get(table)!.push(row)
    return row
  }
  function query(table: string, params: URLSearchParams): NowRow[] {
    let rows = [...tables.get(table)!]
    // The first order counts most: a stable sort by the last one comes first.
    for (const part of (params.get('sysparm_query') ?? '').split('^').filter(Boolean).toReversed()) {
      const order = /^ORDERBY(DESC)?(.+)$/.exec(part)
      const [field = '', ...value] = part.split('=')
      if (order) rows = rows.toSorted((one, other) => (one[order[2]!] ?? '').localeCompare(other[order[2]!] ?? '') * (order[1] ? -1 : 1))
      else if (known[table]!.includes(field)) rows = rows.filter((row) => row[field]!.toLowerCase() === value.join('=').toLowerCase())
    }
    return rows.slice(0, Number(params.get('sysparm_limit') ?? 10_000))
  }
  const shown = (row: NowRow, params: URLSearchParams): NowRow => {
    const fields = params.get('sysparm_fields')?.split(',')
    return fields ? Object.fromEntries(fields.map((field) => [field, row[field] ?? ''])) : row
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += chunk
    const url = new URL(request.url!, 'http://now')
    calls.push({ method: request.method!, url: request.url! })
    const cut = cutWrite && request.method === 'PATCH'
    if (cut) cutWrite = false
    const fault = cut ? 'cut-after' : (lasting ?? faults.shift() ?? null)
    const reply = (status: number, value: unknown, headers = {}) => {
      if (fault === 'cut-after') request.socket.destroy()
      else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    }
    const refuse = (status: number, message: string, detail: string, headers = {}) =>
      reply(status, { error: { message, detail }, status: 'failure' }, headers)
    if (fault === 'away' || fault === 'cut') return void request.socket.destroy()
    if (fault === 'slow') return
    const wanted = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`
    if (fault === 401 || request.headers.authorization !== wanted)
      return refuse(401, 'User Not Authenticated', 'Required to provide Auth information', {
        'www-authenticate': 'BASIC realm="Service-now"',
      })
    if (fault === 429) return refuse(429, 'Rate limit exceeded', 'Rejected by large REST rate limit', { 'retry-after': '120' })
    if (typeof fault === 'number') return refuse(fault, 'Transaction cancelled', 'maximum execution time exceeded')
    const [, table = '', id] = /^\/api\/now\/table\/(\w+)(?:\/(\w+))?$/.exec(url.pathname) ?? []
    if (!tables.has(table)) return refuse(400, `Invalid table ${table}`, '')
    const row = tables.get(table)!.find((one) => one.sys_id === id)
    if (id !== undefined && !row) return refuse(404, 'No Record found', 'Record doesn’t exist or ACL restricts the record retrieval')
    if (request.method === 'GET')
      return reply(200, {
        result: row ? shown(row, url.searchParams) : query(table, url.searchParams).map((one) => shown(one, url.searchParams)),
      })
    const given = JSON.parse(body) as { [field: string]: unknown }
    if (request.method === 'POST') {
      const made = insert(table, given)
      return reply(201, { result: shown(made, url.searchParams) }, { location: `/api/now/table/${table}/${made.sys_id}` })
    }
    put(table, row!, given, account.user)
    reply(200, { result: shown(row!, url.searchParams) })
  }

  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const find = (number: string) => [...tables.values()].flat().find((row) => row.number === number)!
  return {
    url: `http://127.0.0.1:${port}`,
    account,
    calls,
    rows: (table: string): readonly NowRow[] => tables.get(table)!,
    insert,
    /** The next calls meet these, one each. */
    next: (...coming: Fault[]) => void faults.push(...coming),
    /** The next change is taken, and its answer lost. */
    loseNextChange: () => {
      cutWrite = true
    },
    /** From now on, until null. */
    is: (fault: Fault | null) => {
      lasting = fault
    },
    pass: (days: number) => {
      ahead += days * 86_400_000
    },
    /** What its technicians do. */
    solve: (number: string, how: string) => Object.assign(find(number), { state: '6', resolved_at: at(), close_notes: how }),
    answer: (number: string, text: string) => journal(find(number), 'comments', text, 'beth.anglin'),
    note: (number: string, text: string) => journal(find(number), 'work_notes', text, 'beth.anglin'),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
