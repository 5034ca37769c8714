"""Renders what the roles give to kubeadm, for each host of an inventory, with the settings of Jinja that Ansible has."""

import os
import sys

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

inventory, roles, target = sys.argv[1:4]
templates = Environment(
    loader=FileSystemLoader(os.path.join(roles, "control_plane", "templates")),
    trim_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
    autoescape=False,
)
KEY = "0123456789abcdef" * 4
with open(inventory, encoding="utf-8") as file:
    everything = yaml.safe_load(file)["all"]
GIVEN = {
    **everything["vars"],
    "kp_kubernetes_version": f"v{everything['vars']['kp_kubernetes_minor']}.0",
    "control_plane_certificate_key": KEY,
    "join_token": "abcdef.0123456789abcdef",
    "join_ca_hash": KEY,
    "control_plane_new_key": "kp" * 16,
    "control_plane_vip_access": "admin.conf",
    "control_plane_kube_vip_image": "ghcr.io/kube-vip/kube-vip:v1.0.1",
    "control_plane_snapshots": "/var/backups/kp-etcd",
    "control_plane_kept_snapshots": 28,
}


def render(template, name, variables):
    """Writes one file."""
    with open(os.path.join(target, name), "w", encoding="utf-8") as out:
        out.write(templates.get_template(template).render(**variables))


for index, (host, own) in enumerate(everything["children"]["control_plane"]["hosts"].items()):
    values = {**GIVEN, **own}
    render("init.yaml.j2", f"init-{host}.yaml", values)
    render("join.yaml.j2", f"join-control-plane-{host}.yaml", {**values, "join_certificate_key": KEY})
    if index == 0:
        render("encryption.yaml.j2", "encryption.yaml", values)
        render("etcd-snapshot.sh.j2", "etcd-snapshot.sh", values)
        if "kp_kube_vip" in values:
            render("kube-vip.yaml.j2", "kube-vip.yaml", values)
for host, own in everything["children"]["workers"]["hosts"].items():
    render("join.yaml.j2", f"join-{host}.yaml", {**GIVEN, **own, "join_certificate_key": ""})
