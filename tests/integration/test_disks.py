from dataclasses import replace

from support.world import build_api_config, build_config

from syncd.config.model import InventoryConfig
from syncd.edges.spool import find_disk
from syncd.flows.disks import list_disks


def test_each_disk_is_named_once_by_the_first_folder_on_it(tmp_path):
    config = replace(build_config(tmp_path, build_api_config()), inventory=InventoryConfig(tmp_path / "inventory"))
    assert list_disks(config) == []
    (tmp_path / "inventory").mkdir()
    assert list_disks(config) == [tmp_path / "inventory"]
    config.state_dir.mkdir()
    assert list_disks(config) == [config.state_dir]


def test_a_disk_has_a_number_and_a_missing_folder_none(tmp_path):
    assert find_disk(tmp_path) == tmp_path.stat().st_dev
    assert find_disk(tmp_path / "missing") is None
