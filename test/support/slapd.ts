import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readTestEnvironment } from '../../config/environment.ts'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const program = '/usr/sbin/slapd'

export const baseDn = 'dc=example,dc=org'
export const peopleDn = `ou=people,${baseDn}`
export const service = { bindDn: `cn=switchboard,${baseDn}`, bindPassword: 'the service account' }
/** Of every account when the server starts. */
export const firstPassword = 'first password of all'

/** OpenLDAP with the ppolicy overlay, and with some attributes of Active Directory, on this machine, for one test file. */
export type Slapd = {
  readonly url: string
  readonly tlsUrl: string
  /** The certificate of its authority. */
  readonly ca: string
  /** Is this the password of the account now? Counts as a try, as for anybody. */
  isPassword(uid: string, password: string): Promise<boolean>
  stop(): Promise<void>
}

/** Undefined, and said on stderr, where Debian's slapd is not installed; an error where services are required. */
export function slapdIsHere(): boolean {
  if (existsSync(program)) return true
  if (readTestEnvironment().required) throw new Error('REQUIRE_SERVICES=1, but slapd is not installed: the tests on LDAP cannot run.')
  process.stderr.write('\n!! LDAP: these tests DID NOT RUN. Install slapd and ldap-utils to run them (see CONTRIBUTING.md).\n')
  return false
}

/** Values of one attribute stand together in LDIF. */
const person = (uid: string, name: string, mails: readonly string[], more = '') => `
dn: uid=${uid},${peopleDn}
objectClass: inetOrgPerson
${more.includes('lockoutTime') ? 'objectClass: windowsAccount\n' : ''}uid: ${uid}
cn: ${name}
sn: ${name.split(' ').at(-1)}
${mails.map((mail) => `mail: ${mail}`).join('\n')}
userPassword: ${firstPassword}
${more}`

const entries = `
dn: ${baseDn}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ${peopleDn}
objectClass: organizationalUnit
ou: people

dn: ou=policies,${baseDn}
objectClass: organizationalUnit
ou: policies

dn: cn=default,ou=policies,${baseDn}
objectClass: pwdPolicy
objectClass: device
objectClass: top
cn: default
pwdAttribute: userPassword
pwdMinLength: 12
pwdCheckQuality: 2
pwdInHistory: 3
pwdLockout: TRUE
pwdMaxFailure: 3
pwdLockoutDuration: 0
pwdMustChange: TRUE

dn: ${service.bindDn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: switchboard
userPassword: ${service.bindPassword}

dn: cn=reader,${baseDn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: ${service.bindPassword}
${person('ada', 'Ada Lovelace', ['ada@example.org'])}
${person('ben', 'Ben Böhm', ['ben@example.org', 'benjamin@example.org'])}
${person('twin1', 'Twin One', ['twins@example.org'])}
${person('twin2', 'Twin Two', ['twins@example.org'])}
${person('win', 'Win Dow', ['win@example.org'], 'lockoutTime: 133500000000000000\npwdLastSet: 0\n')}
${person('odd', 'Odd (One)*', ["o'dd+x@example.org"])}
`

const configuration = (directory: string) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.90 NAME 'unicodePwd' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.662 NAME 'lockoutTime' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.96 NAME 'pwdLastSet' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.1 NAME 'windowsAccount' SUP top AUXILIARY MAY ( unicodePwd $ lockoutTime $ pwdLastSet ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${directory}/slapd.pid
argsfile ${directory}/slapd.args
TLSCACertificateFile ${directory}/ca.pem
TLSCertificateFile ${directory}/server.pem
TLSCertificateKeyFile ${directory}/server.key
database mdb
suffix "${baseDn}"
rootdn "cn=root,${baseDn}"
directory ${directory}/data
overlay ppolicy
ppolicy_default "cn=default,ou=policies,${baseDn}"
ppolicy_hash_cleartext
access to attrs=userPassword by dn.exact="${service.bindDn}" write by anonymous auth by * none
access to dn.subtree="${peopleDn}" attrs=pwdAccountLockedTime,pwdReset by dn.exact="${service.bindDn}" write by * none
access to attrs=unicodePwd,lockoutTime,pwdLastSet by dn.exact="${service.bindDn}" write by * none
access to * by dn.exact="${service.bindDn}" read by dn.exact="cn=reader,${baseDn}" read by * none
`

async function makeCertificates(directory: string): Promise<string> {
  const at = (name: string) => join(directory, name)
  await writeFile(at('san.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2']
  await run('openssl', ['req', '-x509', ...key, '-subj', '/CN=Test authority', '-keyout', at('ca.key'), '-out', at('ca.pem')])
  await run('openssl', ['req', ...key.slice(0, 3), '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr')])
  const sign = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('san.cnf')]
  await run('openssl', ['x509', '-req', '-in', at('server.csr'), ...sign, '-out', at('server.pem')])
  return readFile(at('ca.pem'), 'utf8')
}

export async function startSlapd(): Promise<Slapd> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-slapd-'))
  const config = join(directory, 'slapd.conf')
  await mkdir(join(directory, 'data'))
  const ca = await makeCertificates(directory)
  await writeFile(config, configuration(directory))
  await writeFile(join(directory, 'entries.ldif'), entries)
  await run('/usr/sbin/slapadd', ['-q', '-f', config, '-l', join(directory, 'entries.ldif')])
  const [port, tlsPort] = [await freePort(), await freePort()]
  const url = `ldap://127.0.0.1:${port}`
  const tlsUrl = `ldaps://localhost:${tlsPort}`
  const child = spawn(program, ['-f', config, '-h', `${url}/ ldaps://127.0.0.1:${tlsPort}/`, '-d', '0'], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(hard)
    }
    await rm(directory, { recursive: true, force: true })
  }
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 1_200 || child.exitCode !== null) {
      await stop()
      throw new Error('slapd did not start')
    }
    await wait(50)
  }
  return {
    url,
    tlsUrl,
    ca,
    stop,
    isPassword: (uid, password) =>
      run('ldapwhoami', ['-x', '-H', url, '-D', `uid=${uid},${peopleDn}`, '-w', password]).then(
        () => true,
        () => false,
      ),
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const say = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', () => say(true)).once('error', () => say(false))
  })
