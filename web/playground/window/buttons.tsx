import { IconArrowUpRight, IconList, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { MessageButton } from '../emulator.ts'
import styles from './buttons.module.css'

type ButtonsProps = {
  readonly buttons: readonly MessageButton[]
  readonly at: 'inside' | 'under' | 'dock'
  readonly press: (data: string) => void
}

/** Emulators name buttons without their rows: where an app has rows, they stand as the longest label allows. */
export function Buttons({ buttons, at, press }: ButtonsProps) {
  const longest = Math.max(...buttons.map(({ label }) => [...label].length))
  const columns = Math.min(longest <= 9 ? 3 : longest <= 16 ? 2 : 1, buttons.length)
  return (
    <div className={styles.buttons} data-part="buttons" data-at={at} style={{ '--columns': columns } as React.CSSProperties}>
      {buttons.map((button) =>
        button.value === undefined ? (
          <a key={`${button.label} ${button.url}`} href={button.url} target="_blank" rel="noopener noreferrer">
            {button.label}
            <IconArrowUpRight size={12} aria-hidden />
          </a>
        ) : (
          <button key={button.value} type="button" onClick={() => press(button.value as string)}>
            {button.label}
          </button>
        ),
      )}
    </div>
  )
}

/** More choices than stand in a bubble: one button that opens them as a list at the lower edge. */
export function ListButton({ buttons, press }: Omit<ButtonsProps, 'at'>) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <div className={styles.buttons} data-part="buttons" data-at="inside">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconList size={17} aria-hidden />
          Choose
        </button>
      </div>
      {open ? (
        <div className={styles.sheet} data-part="sheet" role="dialog" aria-label="Choose">
          <header>
            <strong>Choose</strong>
            <button type="button" className={styles.sheetClose} aria-label="Close the list" onClick={() => setOpen(false)}>
              <IconX size={20} />
            </button>
          </header>
          {buttons.map(({ label, value }) => (
            <button
              key={value}
              type="button"
              className={styles.sheetRow}
              onClick={() => {
                setOpen(false)
                press(value as string)
              }}
            >
              {label}
            </button>
          ))}
        </div>
      ) : null}
    </>
  )
}
