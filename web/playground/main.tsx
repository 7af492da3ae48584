import '@mantine/core/styles.layer.css'
import { mount } from '../shared/mount.tsx'
import { PlaygroundPage } from './playground-page.tsx'

mount(<PlaygroundPage />)
