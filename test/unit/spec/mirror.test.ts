/** The rule about a person's own values and `images.mirror`. */
import {expect, it} from 'vitest'
import {warningsWith} from './helper.ts'

const MIRROR = 'images: {mirror: harbor.example.com/mirror}\n'
const values = (text: string): string => `components: {traefik: {values: ${text}}}\n`

it.each([
  ['{image: {registry: docker.io}}', 'components.traefik.values.image.registry is outside of images.mirror: docker.io'],
  ['{image: {repository: ghcr.io/acme/traefik}}', 'image.repository is outside of images.mirror: ghcr.io/acme/traefik'],
  ['{deployment: {initContainers: [{name: a, image: "quay.io/acme/init:v1"}]}}', 'image is outside of images.mirror: quay.io/acme/init:v1'],
  ['{image: {registry: harbor.example.com/mirrored}}', 'is outside of images.mirror: harbor.example.com/mirrored'],
])('warns of %s', (text, expected) => {
  expect(warningsWith(MIRROR + values(text)).join('\n').replaceAll(/\s+/g, ' ')).toContain(expected)
})

it.each(['{image: {registry: harbor.example.com/mirror}}', '{image: {repository: harbor.example.com/mirror/traefik}}', '{image: {repository: library/traefik}}', '{image: {tag: v3.7.1}}'])('says nothing of %s', (text) => {
  expect(warningsWith(MIRROR + values(text))).toEqual([])
})

it('says nothing without a mirror', () => {
  expect(warningsWith(values('{image: {registry: docker.io}}'))).toEqual([])
})
