/** Known failures of what Terraform makes: its state, and what it finds in its way. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of stacks and their state. */
export const stackPitfalls: Pitfall[] = [
  {
    code: 'KP0116',
    title: 'A subnet or network cannot be deleted: something is still in it',
    symptom: 'terraform destroy waits for many minutes and ends with DependencyViolation: the subnet, security group or VPC has dependencies.',
    cause: 'Load balancers, network interfaces and security groups that the cluster made are not in the state of Terraform, and they still use the network.',
    match: [
      {awsError: 'DependencyViolation'},
      {output: /DependencyViolation: |has some mapped public address\(es\)/},
    ],
    fix: [
      {text: 'What is still there? The description says who made it.', command: 'aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=<vpc> --query "NetworkInterfaces[].[NetworkInterfaceId,Status,Description]" --output text'},
      {text: 'While the cluster lives: stop what delivers first, or it makes them again; then delete what asks for load balancers.', command: 'kubectl get services,gateways,ingresses -A'},
      {text: 'The cluster is gone: delete the load balancers that carry its tag, then their security groups.', command: 'aws elbv2 delete-load-balancer --load-balancer-arn <arn>'},
      {text: 'Interfaces that the network plugin left behind.', command: 'aws ec2 delete-network-interface --network-interface-id <interface>'},
    ],
    confirmBy: 'cost.orphans',
    source: 'self-hosted on EC2: destroy.sh, load balancers before Terraform; AWS docs: delete your VPC',
  },
  {
    code: 'KP0117',
    title: 'SSH to the machines is open to the whole world',
    symptom: 'A scan or Security Hub reports that a security group allows port 22 from 0.0.0.0/0 (EC2.13, CKV_AWS_24); machines log thousands of failed logins.',
    cause: 'The rule of the first trial was kept. Whoever finds a weak key or a hole in sshd has a node, and with a control plane node the cluster.',
    match: [{output: /\bCKV_AWS_24\b|\bEC2\.13\b|allow ingress from 0\.0\.0\.0(?::|\/)0 to port 22/}],
    fix: [
      {text: 'Which groups are open?', command: 'aws ec2 describe-security-groups --filters Name=ip-permission.from-port,Values=22 Name=ip-permission.cidr,Values=0.0.0.0/0 --query "SecurityGroups[].[GroupId,GroupName]" --output text'},
      {text: 'Let your own range in first, so that you do not lock yourself out.', command: 'aws ec2 authorize-security-group-ingress --group-id <group> --protocol tcp --port 22 --cidr <your-range>'},
      {text: 'Then take the open rule away, also from the code that made it.', command: 'aws ec2 revoke-security-group-ingress --group-id <group> --protocol tcp --port 22 --cidr 0.0.0.0/0'},
      {text: 'Better without any open port: sessions by the agent of Systems Manager.', command: 'aws ssm start-session --target <instance>'},
    ],
    confirmBy: 'control-plane.exposure',
    source: 'self-hosted on EC2, production gaps: SSH access restriction',
  },
  {
    code: 'KP0118',
    title: 'Terraform wants to make what is already there',
    symptom: 'terraform apply ends with EntityAlreadyExists, ResourceAlreadyExistsException, InvalidGroup.Duplicate or BucketAlreadyOwnedByYou.',
    cause: 'The state is on another machine or was lost, or something comes back by itself after it was deleted, as the log group of an EKS cluster does.',
    match: [
      {awsError: 'EntityAlreadyExists'},
      {awsError: 'ResourceAlreadyExistsException'},
      {output: /\b(?:EntityAlreadyExists|ResourceAlreadyExistsException|InvalidGroup\.Duplicate|InvalidKeyPair\.Duplicate|BucketAlreadyOwnedByYou)\b/},
    ],
    fix: [
      {text: 'What does this state know?', command: 'terraform state list'},
      {text: 'Nothing? Then the right state is elsewhere: in the bucket, or with whoever applied last.', command: 'aws s3 ls s3://<state-bucket> --recursive'},
      {text: 'It is yours and in no state: take it over instead of deleting it.', command: 'terraform import <address> <id>'},
      {text: 'See that nothing else would change.', command: 'terraform plan'},
    ],
    confirmBy: 'networking.zones',
    source: 'self-hosted on EC2: remote state; rebuild case study: remote state; Terraform docs: import',
  },
  {
    code: 'KP0119',
    title: 'The place of the Terraform state was changed',
    symptom: 'terraform says "Backend initialization required" or "Backend configuration changed".',
    cause: 'The backend in the code is another than the one of the last run: the state was moved into a bucket, or this clone was never initialized with it.',
    match: [{output: /Backend initialization required: please run "terraform init"|Error: Backend configuration changed/}],
    fix: [
      {text: 'Keep a copy of the local state first.', command: 'terraform state pull'},
      {text: 'The state is still in the old place: bring it along. It asks before it copies.', command: 'terraform init -migrate-state'},
      {text: 'The new place already has the right one, as in a fresh clone.', command: 'terraform init -reconfigure'},
      {text: 'Both ways end with a plan that changes nothing.', command: 'terraform plan'},
    ],
    confirmBy: 'networking.zones',
    source: 'self-hosted on EC2: setup-remote-backend.sh; Terraform docs: backend configuration',
  },
  {
    code: 'KP0120',
    title: 'The lock of the Terraform state is in DynamoDB',
    symptom: 'terraform init warns: The parameter "dynamodb_table" is deprecated. Use parameter "use_lockfile" instead.',
    cause: 'The backend was written for Terraform before 1.10. Since then S3 keeps the lock itself; the table is one thing more to pay, protect and lose.',
    match: [{output: /The parameter "dynamodb_table" is deprecated/}],
    fix: [
      {text: 'Who works on this state now? Wait until nobody does.', command: 'kp history'},
      {text: 'Write use_lockfile = true beside dynamodb_table for the time in which both kinds of Terraform are in use; then leave the table out.', command: 'terraform init -reconfigure'},
      {text: 'When nobody names it any more, delete the table.', command: 'aws dynamodb delete-table --table-name <table>'},
    ],
    confirmBy: 'networking.zones',
    source: 'rebuild case study and self-hosted on EC2: DynamoDB locking; Terraform docs: S3 backend',
  },
  {
    code: 'KP0121',
    title: 'A subnet has free addresses, but no free block of sixteen',
    symptom: 'Nodes stay small: the network plugin logs InsufficientCidrBlocks though AvailableIpAddressCount is high.',
    cause: 'With prefix delegation a node takes whole /28 blocks. Single addresses that other machines hold have cut the subnet into pieces.',
    match: [
      {awsError: 'InsufficientCidrBlocks'},
      {output: /\bInsufficientCidrBlocks\b/},
    ],
    fix: [
      {text: 'Who holds single addresses there?', command: 'aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=<subnet> --query "NetworkInterfaces[].[PrivateIpAddress,Description]" --output text'},
      {text: 'Keep a part of the subnet for blocks alone, from now on.', command: 'aws ec2 create-subnet-cidr-reservation --subnet-id <subnet> --reservation-type prefix --cidr <part>'},
      {text: 'Or give the nodes a subnet of their own, and replace them: empty one, end its machine, wait for the new one.', command: 'kubectl drain <node> --ignore-daemonsets --delete-emptydir-data'},
    ],
    confirmBy: 'networking.ip-headroom',
    source: 'EKS docs: prefix mode; amazon-vpc-cni-k8s: pkg/ipamd/ipamd.go',
  },
]
