import styles from './admin.module.css'
import type { Linking } from './facts.ts'
import { QrCode } from './qr-code.tsx'

/** What the phone must scan or be told, and where on the phone. The next code comes by itself. */
export function LinkPhone({ linking: { qr, pairingCode }, name }: { readonly linking: Linking; readonly name: string }) {
  return (
    <div className={styles.link}>
      {qr ? <QrCode text={qr} label={`QR code that links the phone to ${name}`} /> : null}
      <div>
        <h3>Link the phone</h3>
        <ol>
          <li>Open WhatsApp on the phone with the number.</li>
          <li>
            <b>Settings → Linked devices → Link a device</b>
            {pairingCode ? (
              <>
                , then <b>Link with phone number instead</b>
              </>
            ) : null}
            .
          </li>
          <li>{pairingCode ? 'Type in this code:' : 'Point the camera at the code.'}</li>
        </ol>
        {pairingCode ? (
          <p className={styles.code} role="img" aria-label={`Pairing code ${[...pairingCode].join(' ')}`}>
            {pairingCode.slice(0, 4)}
            <span aria-hidden>-</span>
            {pairingCode.slice(4)}
          </p>
        ) : null}
        <p className={styles.quiet}>A code lives for about a minute. The next one appears here by itself.</p>
      </div>
    </div>
  )
}
