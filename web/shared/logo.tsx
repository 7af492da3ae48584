import icon from './icon.svg'

/** The sign of the desk; decoration beside its name. */
export function Logo({ size = 36 }: { readonly size?: number }) {
  return <img src={icon} width={size} height={size} alt="" draggable={false} />
}
