import { Attribute, BerWriter, Change, type Client, Filter, NoSuchAttributeError, NoSuchObjectError, ResultCodeError } from 'ldapts'
import { type Directory, type DirectoryAccount, DirectoryAway } from '../core/directory.ts'
import { isAddress, plainAddress } from './address.ts'
import { type LdapServer, onLdap } from './ldap-connection.ts'
import { refusalOf } from './ldap-words.ts'

export type LdapSettings = LdapServer & {
  readonly flavour: 'openldap' | 'active-directory'
  readonly baseDn: string
  /** `{email}` stands for the address, which is escaped. */
  readonly filter: string
  readonly nameAttribute: string
  readonly emailAttribute: string
}

type Entry = { readonly dn: string; readonly [attribute: string]: unknown }
const textsIn = (entry: Entry, attribute: string): readonly string[] => {
  const found = Object.keys(entry).find((name) => name.toLowerCase() === attribute.toLowerCase())
  const values: readonly unknown[] = found === undefined ? [] : [entry[found]].flat()
  return values
    .map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : value))
    .filter((text) => typeof text === 'string' && text !== '') as readonly string[]
}
const textIn = (entry: Entry, attribute: string): string | undefined => textsIn(entry, attribute)[0]

/** LDAP Password Modify: https://www.rfc-editor.org/rfc/rfc3062 */
const passwordModify = '1.3.6.1.4.1.4203.1.11.1'
const userIdentity = 0x80
const newPassword = 0x82
/** UF_LOCKOUT of msDS-User-Account-Control-Computed: https://learn.microsoft.com/windows/win32/adschema/a-msds-user-account-control-computed */
const lockedOut = 0x10

/** What is different between directories. */
type Flavour = {
  readonly attributes: readonly string[]
  locked(entry: Entry): boolean
  mustChange(entry: Entry): boolean
  unlock(client: Client, dn: string): Promise<void>
  setPassword(client: Client, dn: string, password: string): Promise<void>
}
const replaced = (type: string, values: readonly string[]): Change =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) })

/** https://www.openldap.org/software/man.cgi?query=slapo-ppolicy */
const openldap: Flavour = {
  attributes: ['pwdAccountLockedTime', 'pwdReset'],
  locked: (entry) => textIn(entry, 'pwdAccountLockedTime') !== undefined,
  mustChange: (entry) => textIn(entry, 'pwdReset') === 'TRUE',
  unlock: (client, dn) => client.modify(dn, [replaced('pwdAccountLockedTime', [])]),
  async setPassword(client, dn, password) {
    const writer = new BerWriter()
    writer.startSequence()
    writer.writeString(dn, userIdentity)
    writer.writeString(password, newPassword)
    writer.endSequence()
    await client.exop(passwordModify, writer.buffer)
    // A policy may mark what somebody else than its owner has set; here the owner has set it.
    await client.modify(dn, [replaced('pwdReset', [])]).catch((error: unknown) => {
      if (!(error instanceof ResultCodeError)) throw error
    })
  },
}

/** https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/6e803168-f140-4d23-b2d3-c3a8ab5917d2 (unicodePwd), lockoutTime, pwdLastSet. */
const activeDirectory: Flavour = {
  attributes: ['msDS-User-Account-Control-Computed', 'lockoutTime', 'pwdLastSet'],
  locked: (entry) => {
    const computed = textIn(entry, 'msDS-User-Account-Control-Computed')
    return computed === undefined ? Number(textIn(entry, 'lockoutTime') ?? 0) > 0 : (Number(computed) & lockedOut) !== 0
  },
  mustChange: (entry) => textIn(entry, 'pwdLastSet') === '0',
  unlock: (client, dn) => client.modify(dn, [replaced('lockoutTime', ['0'])]),
  setPassword: (client, dn, password) =>
    client.modify(dn, [
      new Change({
        operation: 'replace',
        modification: new Attribute({ type: 'unicodePwd', values: [Buffer.from(`"${password}"`, 'utf16le')] }),
      }),
    ]),
}

/** The organisation's directory by LDAP. An account's id is its DN. */
export function makeLdapDirectory(settings: LdapSettings): Directory {
  const { baseDn, filter, nameAttribute, emailAttribute } = settings
  const flavour = settings.flavour === 'openldap' ? openldap : activeDirectory
  const attributes = [...new Set([nameAttribute, emailAttribute, ...flavour.attributes])]

  /** Several addresses may be on file, in no order: then the one that was asked for counts. */
  const accountOf = (entry: Entry, asked: string): DirectoryAccount | undefined => {
    const onFile = textsIn(entry, emailAttribute).map(plainAddress)
    const email = onFile.includes(asked) ? asked : (onFile[0] ?? '')
    if (!isAddress(email)) return undefined
    const name = textIn(entry, nameAttribute) ?? email
    return { id: entry.dn, name, email, locked: flavour.locked(entry), mustChange: flavour.mustChange(entry) }
  }
  const entryAt = async (client: Client, dn: string): Promise<Entry | undefined> => {
    try {
      const { searchEntries } = await client.search(dn, { scope: 'base', attributes })
      return searchEntries[0] as Entry | undefined
    } catch (error) {
      if (error instanceof NoSuchObjectError) return undefined
      throw error
    }
  }
  /** What a server says that is about nobody's password means that something is set up wrong there or here. */
  const plainly = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof ResultCodeError) throw new DirectoryAway(`the directory answered with code ${error.code} (${error.name})`)
      throw error
    }
  }

  return {
    async find(email) {
      const address = plainAddress(email)
      if (!isAddress(address)) return undefined
      // Two, to see whether there is more than one: then it is not known whose the address is, and nothing may be done for either.
      const found = await plainly(
        onLdap(settings, (client) =>
          client.search(baseDn, {
            scope: 'sub',
            filter: filter.replaceAll('{email}', () => Filter.escape(address)),
            attributes,
            sizeLimit: 2,
          }),
        ),
      )
      const [entry, another] = found.searchEntries as readonly Entry[]
      return entry && !another ? accountOf(entry, address) : undefined
    },
    unlock: (id) =>
      plainly(
        onLdap(settings, async (client) => {
          const entry = await entryAt(client, id)
          if (!entry || !flavour.locked(entry)) return false
          try {
            await flavour.unlock(client, id)
            return true
          } catch (error) {
            // It was unlocked in between.
            if (error instanceof NoSuchAttributeError) return false
            throw error
          }
        }),
      ),
    async setPassword(id, password) {
      try {
        return await onLdap(settings, async (client) => {
          if (!(await entryAt(client, id))) return { ok: false, words: ['This account is not there any more.'] } as const
          await flavour.setPassword(client, id, password)
          return { ok: true } as const
        })
      } catch (error) {
        const words = refusalOf(error)
        if (words) return { ok: false, words }
        return plainly(Promise.reject(error))
      }
    },
    async check() {
      try {
        await onLdap(settings, (client) => client.search(baseDn, { scope: 'base', attributes: ['1.1'] }))
        return { ok: true, detail: 'The directory answers.' }
      } catch (error) {
        if (error instanceof DirectoryAway) return { ok: false, detail: `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.` }
        const code = error instanceof ResultCodeError ? error.code : 0
        return { ok: false, detail: code === 32 ? 'The directory has no entry at baseDn.' : `The directory answered with code ${code}.` }
      }
    },
  }
}
