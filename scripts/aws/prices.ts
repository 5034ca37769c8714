// node scripts/aws/prices.ts FILE: makes the table of on-demand prices anew, from the list that Karpenter generates from AWS's own price
// list (pkg/providers/pricing/zz_generated.pricing_aws.go of aws/karpenter-provider-aws): numbers and names alone are taken.
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('name the file with the generated prices')
const text = readFileSync(file, 'utf8')
const date = /generated at (\d{4}-\d{2}-\d{2})T\S+ for us-east-1/.exec(text)?.[1]
const start = text.indexOf('"us-east-1": {')
if (date === undefined || start < 0) throw new Error('the file does not say when, or has no us-east-1')
const hourly: [string, number][] = [...text.slice(start).matchAll(/"([a-z0-9-]+\.[a-z0-9-]+)": (\d+\.\d+)/g)].map(([, type = '', price = '']) => [type, Number(price)])
// Machines that AWS sells no more are left out: nobody plans with them.
const old = /^(?:a1|c1|c3|c4|cc2|cr1|g2|g3|g3s|hs1|i2|m1|m2|m3|m4|p2|r3|r4|t1|x1|x1e)\./
const lines = hourly.filter(([type]) => !old.test(type)).toSorted(([a], [b]) => a.localeCompare(b)).map(([type, price]) => `    ${JSON.stringify(type)}: ${price}`)
const source = `Karpenter's list of AWS prices, generated ${date}`
writeFileSync(join(import.meta.dirname, '..', '..', 'src', 'spec', 'aws-prices.json'), `{\n  "asOf": "${date}",\n  "source": ${JSON.stringify(source)},\n  "region": "us-east-1",\n  "hourly": {\n${lines.join(',\n')}\n  }\n}\n`)
