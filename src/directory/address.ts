const address = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** An e-mail address as it is compared and kept: in small letters, without blanks around it. */
export const plainAddress = (email: string): string => email.trim().toLowerCase()

/** Can a mail be sent there? No quotes, no comments, no line breaks: nothing that means more than itself in a header or a filter. */
export const isAddress = (email: string): boolean => email.length <= 254 && address.test(email)

/** `a•••@example.com`: enough for its owner. */
export const maskedAddress = (email: string): string => {
  const at = email.lastIndexOf('@')
  return at < 1 ? '•••' : `${[...email][0]}•••${email.slice(at)}`
}
