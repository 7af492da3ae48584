import { toString as drawn } from 'qrcode'
import type { ListenState } from '../channel/index.ts'

/** Where an account waits to be linked to a phone: the QR code as a terminal can show it, or the code to type. A log would only keep it as text. */
export function showLink(title: string, account: string, { qr, pairingCode }: ListenState, show: (text: string) => void): void {
  if (pairingCode !== undefined) show(`${title} ${account}: type this code on the phone (Linked devices): ${pairingCode}`)
  if (qr === undefined) return
  drawn(qr, { type: 'terminal', small: true, errorCorrectionLevel: 'L' }).then(
    (picture) => show(`${title} ${account}: scan this on the phone (Linked devices), or open /admin.\n${picture}`),
    () => undefined,
  )
}
