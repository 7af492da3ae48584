import '@mantine/core/styles.layer.css'
import { mount } from '../shared/mount.tsx'
import { AdminPage } from './admin-page.tsx'

mount(<AdminPage />)
