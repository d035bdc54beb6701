import pytest
from support.configs import ENVIRONMENT

from syncd.config import load_config
from syncd.errors import ConfigError


@pytest.fixture
def load(tmp_path):
    def load(text, environment=ENVIRONMENT, **how):
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, environment, **how)

    return load


@pytest.fixture
def refuse(load, tmp_path):
    """Load what must not load; the problems, their file's name cut off."""

    def refuse(text, environment=ENVIRONMENT, **how):
        with pytest.raises(ConfigError) as caught:
            load(text, environment, **how)
        assert "hunter2" not in str(caught.value)
        start = f"{tmp_path}/config.yaml:"
        assert all(problem.startswith(start) for problem in caught.value.problems)
        return [problem.removeprefix(start) for problem in caught.value.problems]

    return refuse


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def work(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def done(tmp_path):
    (tmp_path / "done").mkdir()
    return tmp_path / "done"
