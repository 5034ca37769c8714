/** Known failures of phase 5: renewals, orders and requests */
import {findMissingIssuer, findSharedSecret} from './finders.ts'
import type {Pitfall} from '../../engine/types.ts'

/** Renewals, orders and requests */
export const issuingPitfalls: Pitfall[] = [
  {
    code: 'KP0514',
    title: 'A renewal is overdue',
    symptom: 'A certificate is still valid and should have been renewed days ago; nobody has noticed.',
    cause: 'cert-manager is not at work, or what once let the issuer sign (a DNS record, a route, a CA Secret) is gone since.',
    match: [{check: 'cert-manager.renewal'}],
    fix: [
      {text: 'Which are late?', command: 'kubectl get certificates -A -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name,RENEW:.status.renewalTime,END:.status.notAfter'},
      {text: 'What does the last try say?', command: 'kubectl -n <namespace> describe certificate <name>'},
      {text: 'Is the controller at work?', command: 'kubectl -n cert-manager logs deployment/cert-manager --tail=50'},
    ],
    confirmBy: 'cert-manager.renewal',
    runbook: 'certificate-not-ready.md',
    source: 'checks: 05 cert-manager',
  },
  {
    code: 'KP0515',
    title: 'An order of a certificate has failed',
    symptom: 'A certificate stays not ready: the order is invalid, "Failed to finalize Order" or "authorization for identifier … is invalid".',
    cause: 'The challenge was answered wrongly: DNS leads elsewhere, port 80 is closed, a redirect or a login is in between, or a CAA record forbids the CA.',
    match: [{check: 'cert-manager.challenges'}, {condition: {kind: 'CertificateRequest', type: 'Ready', status: 'False', message: /Failed to wait for order resource "[^"]+" to become ready: order is in "invalid" state/}}],
    fix: [
      {text: 'What did the CA say?', command: 'kubectl get orders,challenges -A -o wide'},
      {text: 'Does the answer come from outside?', command: 'curl -v http://<host>/.well-known/acme-challenge/test'},
      {text: 'Is another CA alone allowed?', command: 'dig CAA <domain>'},
      {text: 'Try again; after an hour cert-manager does so by itself.', command: 'kubectl -n <namespace> delete certificaterequest <name>'},
    ],
    confirmBy: 'cert-manager.challenges',
    runbook: 'certificate-not-ready.md',
    source: 'cert-manager docs: troubleshooting ACME certificates',
  },
  {
    code: 'KP0516',
    title: 'The issuer turns a request down',
    symptom: 'A CertificateRequest is Denied, or failed: the name or the duration is not allowed.',
    cause: 'A policy of the issuer (an approver, the role of a Vault, the constraints of a CA) does not allow what the Certificate asks for.',
    match: [{check: 'cert-manager.requests'}, {condition: {kind: 'CertificateRequest', type: 'Denied', status: 'True'}}],
    fix: [
      {text: 'What does it say?', command: 'kubectl get certificaterequests -A -o wide'},
      {text: 'What is asked for?', command: 'kubectl -n <namespace> get certificate <name> -o yaml'},
      {text: 'Ask for what is allowed (names, duration, usages), or change the policy of the issuer. A denied request is not tried again until the Certificate changes.'},
    ],
    confirmBy: 'cert-manager.requests',
    runbook: 'certificate-not-ready.md',
    source: 'cert-manager docs: CertificateRequest resource',
  },
  {
    code: 'KP0517',
    title: 'Two certificates write one Secret',
    symptom: 'A certificate is issued again and again, every few seconds, and the limits of the CA are soon used up.',
    cause: 'Two Certificates name the same secretName: each finds the other\'s certificate in it and has its own issued anew.',
    match: [{check: 'cert-manager.one-writer'}, {condition: {kind: 'Certificate', type: 'Ready', status: 'False', reason: /^(?:IncorrectCertificate|DuplicateSecretName)$/}}],
    find: findSharedSecret,
    fix: [
      {text: 'Which two?', command: 'kubectl get certificates -A -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name,SECRET:.spec.secretName'},
      {text: 'Remove one of them, or give it a Secret of its own.', command: 'kubectl -n <namespace> delete certificate <name>'},
      {text: 'An Ingress with an annotation of cert-manager makes a Certificate of its own: take one of the two ways.'},
    ],
    confirmBy: 'cert-manager.one-writer',
    source: 'cert-manager docs: Certificate resource',
  },
  {
    code: 'KP0518',
    title: 'A certificate names an issuer that does not exist',
    symptom: 'A Certificate or its request stays not ready: Referenced "ClusterIssuer" not found.',
    cause: 'The name or the kind of issuerRef is mistyped, or the Issuer stands in another namespace: an Issuer serves its own alone, a ClusterIssuer all.',
    match: [{condition: {kind: 'CertificateRequest', type: 'Ready', status: 'False', message: /^Referenced "(?:Cluster)?Issuer" not found/}}],
    find: findMissingIssuer,
    fix: [
      {text: 'Which issuers are there?', command: 'kubectl get clusterissuers,issuers -A'},
      {text: 'Name one of them; without a kind an Issuer of the same namespace is meant.', command: 'kubectl -n <namespace> patch certificate <certificate> --type=merge -p \'{"spec":{"issuerRef":{"kind":"ClusterIssuer","name":"<issuer>"}}}\''},
    ],
    confirmBy: 'cert-manager.certificates',
    runbook: 'certificate-not-ready.md',
    source: 'cert-manager docs: troubleshooting, issuers',
  },
]
