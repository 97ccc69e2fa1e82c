"""A cluster of Spark on loopback, of separate processes: a master and two workers, started from the scripts of the pip package, ended after."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

HOST = "127.0.0.1"
SPARK_HOME = Path(pyspark.__file__).parent
WORKERS = 2


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return int(listening.getsockname()[1])


class Cluster:
    """Master and workers; each worker has one core and one executor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "SPARK_HOME": str(SPARK_HOME),
            "SPARK_LOCAL_IP": HOST,
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_NO_DAEMONIZE": "1",
        }
        os.environ.update(self.environment)
        self.processes: list[subprocess.Popen[bytes]] = []
        port = free_port()
        self.url = f"spark://{HOST}:{port}"
        options = ["--host", HOST, "--port", str(port), "--webui-port", "0"]
        self._start("master", "org.apache.spark.deploy.master.Master", *options)
        self._said("master", r"I have been elected leader|Starting Spark master")
        for number in range(WORKERS):
            work = folder / f"work-{number}"
            options = ["--host", HOST, "--cores", "1", "--memory", "2g", "--webui-port", "0", "--work-dir", str(work)]
            self._start(f"worker-{number}", "org.apache.spark.deploy.worker.Worker", *options, self.url)
        for number in range(WORKERS):
            self._said(f"worker-{number}", "Successfully registered with master")

    def _start(self, name: str, main: str, *options: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        command = [str(SPARK_HOME / "bin" / "spark-class"), main, *options]
        # A session of its own, so that what it starts ends with it.
        self.processes.append(
            subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        )

    def _said(self, name: str, words: str) -> None:
        log = self.folder / f"{name}.log"
        deadline = time.monotonic() + 300
        while not re.search(words, log.read_text(errors="replace")):
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.2)

    def executors(self) -> list[int]:
        """The processes of executors, by the system's own list."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            is_executor = b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in line
            if is_executor and any(self.url.rsplit(":", 1)[0].encode() in part or HOST.encode() in part for part in line):
                if any(str(self.folder).encode() in part for part in line) or self._is_ours(int(entry.name)):
                    found.append(int(entry.name))
        return found

    def _is_ours(self, process: int) -> bool:
        groups = {os.getpgid(started.pid) for started in self.processes if started.poll() is None}
        try:
            return os.getsid(process) in groups
        except ProcessLookupError:
            return False

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield cluster
    finally:
        cluster.stop()


def new_session(cluster: Cluster) -> SparkSession:
    return (
        SparkSession.builder.master(cluster.url)
        .appName("xmlshred")
        .config("spark.driver.host", HOST)
        .config("spark.driver.bindAddress", HOST)
        .config("spark.executor.memory", "1g")
        .config("spark.executor.cores", "1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.local.dir", str(cluster.folder / "local"))
        .getOrCreate()
    )


@pytest.fixture(scope="session")
def spark(cluster: Cluster) -> Iterator[SparkSession]:
    session = new_session(cluster)
    assert session.sparkContext.master.startswith("spark://")
    yield session
    session.stop()
