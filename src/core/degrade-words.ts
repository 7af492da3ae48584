import type { Contact, Place, Unreadable } from '../channel/index.ts'

/** Name, address and a map anybody can open: https://wiki.openstreetmap.org/wiki/Browsing#Sharing_a_link_to_the_maps */
export function placeAsText({ latitude, longitude, name, address }: Place): string {
  const [lat, lon] = [degrees(latitude), degrees(longitude)]
  return lines(name, address, `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`)
}

export const contactAsText = ({ name, phones, emails }: Contact): string => lines(name, ...phones, ...emails)

export const unreadableAsText = ({ platformType, text }: Unreadable): string =>
  lines(`Something that cannot be shown here (${platformType}).`, text)

/** Six decimals are a hand's breadth. */
const degrees = (value: number): string => String(Number(value.toFixed(6)))

const lines = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part.trim() !== '').join('\n')
