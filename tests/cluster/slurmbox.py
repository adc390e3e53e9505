"""A throw-away Slurm on this machine, on the loopback interface only: three nodes, two fake GPUs.

Everything it writes lies in one directory of its own. The daemons run in the foreground as children
of the process that started them, and the kernel ends them if that process dies without stopping
them.
"""

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.commands import run_command, wait_until

CLIENTS = ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo")
PROGRAMS = ("munged", "slurmctld", "slurmd", *CLIENTS)
NODES = ("n1", "n2", "g1")
# More than this machine has: Slurm takes the word of its configuration for it.
CPUS_PER_NODE = 16
MEMORY_PER_NODE = 64_000
_PR_SET_PDEATHSIG = 1
_SBIN = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"

_CONFIGURATION = """\
ClusterName=slurmbox
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
DefMemPerCPU=500
GresTypes=gpu
SlurmdParameters=config_overrides
# A node that is set down stays down: its daemon may still report for a moment.
ReturnToService=0
MinJobAge=3600
KillWait=10
SlurmdTimeout=300
MessageTimeout=60
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
{nodes}
PartitionName=cpu Nodes=n1,n2 Default=YES MaxTime=UNLIMITED DefaultTime=10 State=UP
PartitionName=gpu Nodes=g1 MaxTime=UNLIMITED DefaultTime=10 State=UP
"""


def missing_requirement() -> str | None:
    """Why Slurm cannot be started here, or None."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_SBIN) is None]
    if missing:
        return f"{missing[0]} is missing: for a Slurm, apt-get install slurm-wlm munge"
    if os.geteuid() != 0:
        return "not root, who alone can start a Slurm: run the tests as root"
    return None


class Slurmbox:
    """A Slurm that starts with :meth:`start` and ends, with all its jobs, at :meth:`stop`."""

    def __init__(self) -> None:
        # munged wants every folder above its socket open to all, unlike pytest's.
        self.folder = Path(tempfile.mkdtemp(prefix="slurmbox-"))
        self.folder.chmod(0o711)
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        """The environment for commands that talk to this Slurm, and for the jobs they submit.

        Inside a job Snakemake takes Slurm's variables away before it calls Slurm's programs: those
        found first on this path put the place of the configuration back.
        """
        return {
            **{name: value for name, value in os.environ.items() if name[:6] != "SLURM_"},
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder}/bin:{_SBIN}",
        }

    def start(self) -> None:
        """Start the daemons and wait until every node is idle."""
        self._write_files()
        self._start_daemon(
            "munged",
            "--foreground",
            f"--key-file={self.folder}/munge.key",
            f"--socket={self.folder}/munge.socket",
            f"--pid-file={self.folder}/munged.pid",
            f"--log-file={self.folder}/munged.log",
            f"--seed-file={self.folder}/munge.seed",
        )
        wait_until((self.folder / "munge.socket").exists, self._outputs)
        self._start_daemon("slurmctld", "-D")
        for node in NODES:
            self.start_node(node)
        wait_until(
            lambda: (
                self.run("sinfo", "-h", "-N", "-o", "%T", check=False).split()
                == ["idle"] * len(NODES)
            ),
            self._outputs,
        )

    def stop(self) -> None:
        """Cancel all jobs, end the daemons and remove the directory."""
        if "slurmctld" in self._daemons:
            with suppress(AssertionError, subprocess.SubprocessError, TimeoutError):
                self.run("scancel", "--user", "root")
                wait_until(lambda: not self.run("squeue", "-h"), "jobs outlived scancel")
        for daemon in reversed(self._daemons.values()):
            daemon.kill()
            daemon.wait()
        self._daemons.clear()
        shutil.rmtree(self.folder)

    def start_node(self, node: str) -> None:
        """Start the daemon of a node; one that was down is taken back into service."""
        self._start_daemon("slurmd", "-D", "-N", node, name=node)

    def crash_node(self, node: str, job: str) -> None:
        """End a node as a power cut does: its daemon and the job on it vanish without a word."""
        daemon = self._daemons.pop(node)
        daemon.kill()
        daemon.wait()
        # Again until none is left: more may begin meanwhile, and the first to go are those that
        # would report the end of the others.
        while pids := self._processes_of(job):
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=power cut")

    def repair_node(self, node: str) -> None:
        """Take a crashed node back into service."""
        self.start_node(node)
        wait_until(lambda: self._resume(node), f"the node {node} did not come back")

    def _resume(self, node: str) -> bool:
        if self.run("sinfo", "-h", "-n", node, "-o", "%T").strip() == "idle":
            return True
        self.run("scontrol", "update", f"NodeName={node}", "State=RESUME", check=False)
        return False

    def run(self, *command: str, check: bool = True) -> str:
        """What a command says on standard output, run in this Slurm's environment."""
        run = run_command(command, environment=self.environment)
        assert not check or run.returncode == 0, run.stderr
        return run.stdout

    def jobs(self, name: str) -> list[dict[str, str]]:
        """The jobs of a name, ended ones too, as `scontrol` shows them."""
        blocks = self.run("scontrol", "show", "jobs", "--oneliner").splitlines()
        jobs = [dict(re.findall(r"(\S+?)=(\S*)", block)) for block in blocks]
        return [job for job in jobs if job.get("JobName") == name]

    def wait_for_running(self, rule: str) -> str:
        """Wait until a job of a rule runs; return its id."""
        found: list[str] = []

        def runs() -> bool:
            lines = self.run("squeue", "-h", "--states=RUNNING", "-o", "%i|%k").splitlines()
            found[:] = [line.split("|")[0] for line in lines if f"|rule_{rule}" in line]
            return bool(found)

        wait_until(runs, f"no job of the rule {rule} began")
        return found[0]

    def _outputs(self) -> str:
        """What the daemons said, for the message when Slurm does not start."""
        outputs = sorted([*self.folder.glob("*.out"), *self.folder.glob("*.log")])
        return "Slurm does not start:\n" + "\n".join(
            f"{path.name}: {path.read_text()[-2000:]}" for path in outputs
        )

    def _processes_of(self, job: str) -> list[int]:
        """The process ids of a job, those of the daemons that watch it first."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().split(b"\0")[0].decode()
                is_job = f"SLURM_JOB_ID={job}".encode() in environment
                is_ours = f"SLURM_CONF={self.folder}/slurm.conf".encode() in environment
                watches = command.startswith(f"slurmstepd: [{job}.")
                if is_ours and (is_job or watches):
                    found.append((not watches, int(folder.name)))
        return [pid for _, pid in sorted(found)]

    def _start_daemon(self, program: str, *options: str, name: str | None = None) -> None:
        path = shutil.which(program, path=_SBIN)
        assert path is not None, program
        with (self.folder / f"{name or program}.out").open("ab") as output:
            self._daemons[name or program] = subprocess.Popen(
                [path, *options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # An interrupt from the keyboard is for the tests: they stop the daemons.
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def _write_files(self) -> None:
        for name in ("state", "bin", *(f"spool-{node}" for node in NODES)):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        for program in CLIENTS:
            client = self.folder / "bin" / program
            client.write_text(
                f"#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf "
                f'exec {shutil.which(program, path=_SBIN)} "$@"\n'
            )
            client.chmod(0o755)
        controller_port, *node_ports = _free_ports(1 + len(NODES))
        nodes = [
            f"NodeName={node} NodeAddr=127.0.0.1 NodeHostname={socket.gethostname()} Port={port} "
            f"CPUs={CPUS_PER_NODE} RealMemory={MEMORY_PER_NODE} State=UNKNOWN"
            + (" Gres=gpu:2" if node == "g1" else "")
            for node, port in zip(NODES, node_ports, strict=True)
        ]
        (self.folder / "slurm.conf").write_text(
            _CONFIGURATION.format(
                folder=self.folder, controller_port=controller_port, nodes="\n".join(nodes)
            )
        )
        # Two character devices that every machine has stand in for two GPUs.
        (self.folder / "gres.conf").write_text("NodeName=g1 Name=gpu File=/dev/null,/dev/zero\n")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
