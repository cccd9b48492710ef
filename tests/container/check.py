"""Whether RailFair runs in containers as it should: `make container-test`.

Builds the image, brings the stack up by `deploy/deploy`, and puts the next version in its place and
takes it back while it is asked all the time: no request may fail and no data be lost. Looks at how
containers are confined, and for secrets in the image's layers; backs up and restores. Prints
figures.

Needs Docker with compose 2.24 or newer, git and curl. Leaves nothing behind. Where the engine has
no network for containers, they share the host's (compose.host-network.yaml).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep
from typing import IO, Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from container.load import Load

ROOT: Final = Path(__file__).resolve().parents[2]
BASE: Final = "python:3.12-slim"
MOST_MB: Final = 500
POLL_S: Final = 0.05
PROJECT: Final = f"railfair-test-{os.getpid()}"
IMAGE: Final = "railfair-test"
CANARY: Final = "canary-2b1f6a0c9d"
SECRET_NAMES: Final = re.compile(r"(^|/)(\.env|\.git|id_rsa|.*\.pem\.key|secrets?/.*\.txt)$")
PRIVATE_KEY: Final = b"-----BEGIN PRIVATE KEY-----"
ROUTE: Final = "NRW-LST"
OVERRIDE: Final = """
services:
  app-1: {environment: {RAILFAIR_RATE_LIMIT: "off"}}
  app-2: {environment: {RAILFAIR_RATE_LIMIT: "off"}}
"""
LATER_TABLE: Final = """

later_thing = Table("later_thing", metadata, Column("name", Text, primary_key=True))
"""
LATER_STEP: Final = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = {head!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "later_thing",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_later_thing")),
    )


def downgrade() -> None:
    op.drop_table("later_thing")
"""
LATER: Final = """
FROM {image}
COPY schema.py /opt/railfair/lib/python3.12/site-packages/railfair/adapters/sql/schema.py
COPY 9000_later.py /opt/railfair/lib/python3.12/site-packages/railfair/_migrations/versions/
"""


class Wrong(Exception):
    """Something is not as it should be; the message says what."""


def main() -> None:
    """Check everything, and print what was measured."""
    if shutil.which("docker") is None or _said("docker", "info").returncode:
        raise Wrong("there is no Docker engine here (docker info), and this test is of containers")
    with TemporaryDirectory(prefix="railfair-container-") as folder:
        work = Path(folder)
        stack = Stack(work)
        try:
            image(stack, work)
            first_deployment(stack)
            confinement(stack)
            replacement(stack, work)
            backup_and_restore(stack, work)
        except BaseException:
            stack.tell()
            raise
        finally:
            stack.remove()
    print("containers: all as it should be")


class Stack:
    """The stack under test, by names of its own; *url* is its balancer."""

    def __init__(self, work: Path) -> None:
        has_network = bool(_run("docker", "network", "ls", "-q", "--filter", "driver=bridge"))
        self.url = "http://127.0.0.1:28000"
        files = ["compose.yaml"] + ([] if has_network else ["compose.host-network.yaml"])
        (work / "compose.test.yaml").write_text(OVERRIDE)
        self.build_options = [] if has_network else ["--network=host"]
        bundle = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
        if bundle.is_file():
            self.build_options += ["--secret", f"id=ca_bundle,src={bundle}"]
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("RAILFAIR_", "STACK_"))},
            "COMPOSE_FILE": ":".join([*files, str(work / "compose.test.yaml")]),
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_PROGRESS": "quiet",
            "STACK_IMAGE": IMAGE,
            "STACK_PORT": "28000",
            "STACK_URL": self.url,
            "STACK_SUBNET": "172.31.251.0/24",
            "STACK_HISTORY": str(work / "history"),
            "STACK_BUILD_OPTIONS": " ".join(self.build_options),
        }

    def does(self, *command: str) -> str:
        """Return what *command* writes, which has to end well."""
        return _run(*command, environment=self.environment)

    def tell(self) -> None:
        """Print what containers said last."""
        for command in ("ps --all", "logs --no-color --tail 40"):
            said = _said("docker", "compose", *command.split(), environment=self.environment)
            print(said.stdout, said.stderr, file=sys.stderr)

    def remove(self) -> None:
        """Remove all that the test made."""
        _said("docker", "compose", "down", "--volumes", "--timeout", "1",
              environment=self.environment)  # fmt: skip
        images = _said("docker", "image", "ls", "-q", IMAGE).stdout.split()
        _said("docker", "image", "rm", "--force", *set(images))


def image(stack: Stack, work: Path) -> None:
    """Build the image from what a clone holds, with a secret lying beside it; look into it."""
    context = work / "context"
    for name in _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(
        "\0"
    ):
        if name and (ROOT / name).is_file():
            target = context / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    (context / ".env").write_text(f"RAILFAIR_NRDP_PASSWORD={CANARY}\n")
    (context / "secrets").mkdir()
    (context / "secrets" / "password.txt").write_text(CANARY)
    build = ["docker", "build", "--quiet", *stack.build_options, "--tag", f"{IMAGE}:one"]
    with measured("image, built cold"):
        stack.does(*build, "--no-cache", str(context))
    with measured("image, built again"):
        stack.does(*build, str(context))
    with (context / "src/railfair/entrypoints/cli/serving.py").open("a") as source:
        source.write("# another line\n")
    with measured("image, built with another line of source"):
        stack.does(*build, str(context))
    size_mb = int(stack.does("docker", "image", "inspect", "--format", "{{.Size}}", f"{IMAGE}:one"))
    size_mb //= 1_000_000
    print(f"image, size: {size_mb} MB (at most {MOST_MB})")
    if size_mb > MOST_MB:
        raise Wrong(f"the image has {size_mb} MB")
    base_mb = int(_run("docker", "image", "inspect", "--format", "{{.Size}}", BASE)) // 1_000_000
    print(f"image, size of the base that it is made from: {base_mb} MB")
    secrets(work)
    bill = json.loads(
        _in_image("import sys; sys.stdout.write(open('/opt/railfair/sbom.cdx.json').read())")
    )
    names = {one["name"] for one in bill["components"]}
    if not {"railfair", "numba", "litestar", "python"} <= names:
        raise Wrong("the list of what is in the image lacks things")
    print(f"image, listed in its SBOM: {len(names)} things")
    labels = json.loads(
        _run("docker", "image", "inspect", "--format", "{{json .Config.Labels}}", f"{IMAGE}:one")
    )
    if labels["org.opencontainers.image.title"] != "RailFair":
        raise Wrong(f"the labels are {labels}")


def secrets(work: Path) -> None:
    """Raise `Wrong` if any layer, or the image's history, holds a secret."""
    saved = work / "image.tar"
    _run("docker", "save", "--output", str(saved), f"{IMAGE}:one")
    layers = 0
    with tarfile.open(saved) as outer:
        for member in outer:
            content = outer.extractfile(member)
            if content is None:
                continue
            try:
                with tarfile.open(fileobj=content) as layer:
                    layers += 1
                    _look_through(layer)
            except tarfile.ReadError:
                content.seek(0)
                _look_into(content, member.name)
    saved.unlink()
    print(f"image, layers without a secret: {layers}")
    if not layers:
        raise Wrong("the image's layers could not be looked into")


def _look_through(layer: tarfile.TarFile) -> None:
    for file in layer:
        if SECRET_NAMES.search(file.name):
            raise Wrong(f"a layer of the image holds {file.name}")
        content = layer.extractfile(file) if file.isfile() else None
        if content is not None:
            _look_into(content, file.name)


def _look_into(content: IO[bytes], name: str) -> None:
    held = content.read()
    if CANARY.encode() in held or (PRIVATE_KEY in held and name.endswith((".key", ".pem", ".txt"))):
        raise Wrong(f"a layer of the image holds a secret, in {name}")


def first_deployment(stack: Stack) -> None:
    """Bring the stack up, to the demo railway."""
    with measured("stack, from nothing to the demo railway answering (deploy/deploy)"):
        stack.does("deploy/deploy", "one")


def confinement(stack: Stack) -> None:
    """Raise `Wrong` if a container may do more than it needs to."""
    ids = stack.does("docker", "compose", "ps", "--quiet").split()
    for one in json.loads(_run("docker", "inspect", *ids)):
        name, host = one["Name"], one["HostConfig"]
        user = one["Config"]["User"]
        wrong = {
            "runs as root": user.split(":")[0] in {"", "0", "root"},
            "can write to its root file system": not host["ReadonlyRootfs"],
            "has capabilities": host["CapDrop"] != ["ALL"] or bool(host["CapAdd"]),
            "may get new privileges": "no-new-privileges:true" not in (host["SecurityOpt"] or []),
            "is privileged": host["Privileged"],
        }
        if found := [what for what, is_so in wrong.items() if is_so]:
            raise Wrong(f"{name} {', '.join(found)}")
    status = stack.does(
        "docker", "compose", "exec", "-T", "app-1", "python", "-c",
        "print(open('/proc/1/status').read())",
    )  # fmt: skip
    for wanted in (r"NoNewPrivs:\s1\b", r"CapEff:\s0+\b", r"CapBnd:\s0+\b", r"Uid:\s10001\b"):
        if not re.search(wanted, status):
            raise Wrong(f"of a replica, {wanted} is not so: {status}")
    tried = _said(
        "docker", "compose", "exec", "-T", "app-1", "python", "-c", "open('/opt/railfair/x', 'w')",
        environment=stack.environment,
    )  # fmt: skip
    if "Read-only file system" not in tried.stderr:
        raise Wrong("a replica can write to its root file system")
    print(f"containers, without root, privileges and a file system to write to: {len(ids)}")


def replacement(stack: Stack, work: Path) -> None:
    """Put the next version in place and take it back, while the service is asked all the time."""
    _later(stack, work)
    stack.does(*KEYS, "create", "kept", "--quota", "60000/minute")
    before = _loaded(stack)
    with Load(stack.url, ROUTE) as load:
        _asked(load)
        with measured("stack, replaced by the next version under load (deploy/deploy)"):
            stack.does("deploy/deploy", "next")
        if _revision(stack) != "9000":
            raise Wrong(f"the tables are of {_revision(stack)}, not of the next version")
        _asked(load)
        with measured("stack, back to the version before under load (deploy/rollback)"):
            stack.does("deploy/rollback")
        _asked(load)
    print(f"asked meanwhile: {load.told()}")
    if load.failures:
        raise Wrong(f"{len(load.failures)} requests failed: {load.failures[:5]}")
    if _revision(stack) != "9000":
        raise Wrong("the rollback has touched the tables")
    if _loaded(stack) != before or "kept" not in stack.does(*KEYS, "list"):
        raise Wrong("data were lost")
    running = stack.does("docker", "compose", "ps", "--format", "{{.Image}}", "app-1", "app-2")
    if running.split() != [f"{IMAGE}:live"] * 2 or _id("one") != _id("live"):
        raise Wrong(f"{running} runs after the rollback")


def backup_and_restore(stack: Stack, work: Path) -> None:
    """Back up while the service is asked, change something, and get back what was there."""
    file = work / "backup.db.gz"
    with Load(stack.url, ROUTE) as load:
        _asked(load)
        with measured("database, backed up under load (deploy/backup)"):
            stack.does("deploy/backup", str(file))
        _asked(load)
    if load.failures:
        raise Wrong(f"{len(load.failures)} requests failed: {load.failures[:5]}")
    stack.does(*KEYS, "create", "afterwards")
    spoiled = work / "spoiled.db.gz"
    spoiled.write_bytes(file.read_bytes()[:10_000])
    if not _said("deploy/restore", "--yes", str(spoiled), environment=stack.environment).returncode:
        raise Wrong("a spoiled backup was restored")
    if "afterwards" not in stack.does(*KEYS, "list"):
        raise Wrong("a spoiled backup has changed something")
    with measured("database, restored, replicas ready again (deploy/restore)"):
        stack.does("deploy/restore", "--yes", str(file))
    keys = stack.does(*KEYS, "list")
    if "kept" not in keys or "afterwards" in keys:
        raise Wrong(f"after the restore there are other keys: {keys}")
    stack.does("deploy/smoke")


KEYS: Final = ("docker", "compose", "run", "--rm", "--no-deps", "-T", "migrate", "keys")


def _later(stack: Stack, work: Path) -> None:
    """Build the next version: of the same code, with a table more."""
    folder = work / "later"
    folder.mkdir()
    versions = sorted(path.name for path in (ROOT / "migrations/versions").glob("[0-9]*.py"))
    schema = (ROOT / "src/railfair/adapters/sql/schema.py").read_text()
    (folder / "schema.py").write_text(schema + LATER_TABLE)
    (folder / "9000_later.py").write_text(LATER_STEP.format(head=versions[-1].split("_")[0]))
    (folder / "Dockerfile").write_text(LATER.format(image=f"{IMAGE}:one"))
    stack.does("docker", "build", "--quiet", "--tag", f"{IMAGE}:next", str(folder))


def _revision(stack: Stack) -> str:
    return stack.does(
        "docker", "compose", "exec", "-T", "app-1", "python", "-c",
        "import sqlite3; print(sqlite3.connect('/data/var/railfair.db')"
        ".execute('SELECT version_num FROM alembic_version').fetchone()[0])",
    ).strip()  # fmt: skip


def _loaded(stack: Stack) -> Any:
    """Return what is loaded, as the service tells."""
    answer = json.loads(_run("curl", "--silent", "--fail", f"{stack.url}/api/statistics"))
    return {name: value for name, value in answer.items() if name != "provenance"}


def _asked(load: Load) -> None:
    """Wait until a hundred more requests were answered."""
    wanted = load.answered + 100
    until(lambda: load.answered >= wanted or bool(load.failures), "requests are not answered")


def _id(tag: str) -> str:
    return _run("docker", "image", "inspect", "--format", "{{.Id}}", f"{IMAGE}:{tag}").strip()


def _in_image(program: str) -> str:
    return _run("docker", "run", "--rm", "--read-only", "--network=none", "--entrypoint=python",
                f"{IMAGE}:one", "-c", program)  # fmt: skip


def until(is_so: Callable[[], bool], otherwise: str, patience_s: float = 60.0) -> None:
    """Wait until *is_so*; raise `Wrong` if that takes too long."""
    end = monotonic() + patience_s
    while not is_so():
        if monotonic() > end:
            raise Wrong(otherwise)
        sleep(POLL_S)


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long the block took."""
    began = perf_counter()
    yield
    print(f"{what}: {perf_counter() - began:.1f} s", flush=True)


def _run(*command: str, environment: Mapping[str, str] | None = None) -> str:
    done = _said(*command, environment=environment)
    if done.returncode:
        raise Wrong(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout


def _said(
    *command: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    arguments: Sequence[str] = command
    return subprocess.run(
        arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"container-test: {wrong}")
