"""Put a seal on the runs that come with the program: `python -m tests.benchmarks.seal_runs`.

For those that were trained by a program that knew no seals yet.
"""

import json

from qcmfm import run_schema, settings, storage


def main() -> None:
    """Seal every shipped run that has none."""
    for file in sorted(settings.SHIPPED_RUNS.glob("*/run.json")):
        config = run_schema.parsed(file.read_bytes())
        run_schema.check(config, run_schema.CONFIG)
        if config["format"] == 1:
            config["format"] = 2
            config[run_schema.SEAL] = run_schema.seal(config)
            storage.write_text(file, json.dumps(config, indent=2, ensure_ascii=False) + "\n")
            print(f"{file.parent.name} is sealed")


if __name__ == "__main__":
    main()
