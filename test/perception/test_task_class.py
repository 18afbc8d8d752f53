# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Classes are found by dotted name and by entry point."""

import pytest
from own_task import write_own_task

from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.perception.task_class import task_class
from rtmdl_ros.workload.functions import installed_functions


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_by_dotted_name(folder):
    found = task_class(write_own_task(folder, 'own_dotted'))
    assert (found.__module__, found.__name__) == ('own_dotted', 'Brightness')


def test_by_entry_point(folder):
    write_own_task(folder, 'own_installed')
    info = folder / 'own-1.0.dist-info'
    info.mkdir()
    (info / 'METADATA').write_text('Name: own\nVersion: 1.0\n')
    (info / 'entry_points.txt').write_text(
        '[rtmdl_ros.tasks]\nbrightness = own_installed:Brightness\n'
    )
    installed_functions.cache_clear()
    try:
        assert task_class('brightness').__module__ == 'own_installed'
    finally:
        installed_functions.cache_clear()


@pytest.mark.parametrize(
    ('name', 'text'),
    [
        ('none_such.sub.Lane', 'there is no module none_such; put the folder of its file on'),
        ('own_wrong.Brightnes', 'own_wrong.py has no class Brightnes; did you mean Brightness?'),
        ('own_wrong.cv2', 'own_wrong.cv2 is no task; derive the class from'),
        ('own_wrong.PerceptionTask', 'own_wrong.PerceptionTask is no task; derive the class'),
        ('own_needs.Lane', 'own_needs cannot be imported: ModuleNotFoundError: No module named '),
        ('own_raises.Lane', 'own_raises cannot be imported: ValueError: two lines; correct it'),
        ('own_exits.Lane', 'own_exits cannot be imported: SystemExit: 3; correct it'),
        ('own_syntax.Lane', 'own_syntax cannot be imported: SyntaxError: '),
        ('time.Lane', 'time has no class Lane; write it there'),
        ('own_folder.Lane', 'own_folder has no class Lane; write it there'),
        ('lane', 'there is no function lane; give the dotted name of a class'),
    ],
)
def test_what_cannot_be_found_is_named(folder, name, text):
    write_own_task(folder, 'own_wrong')
    (folder / 'own_folder').mkdir()
    (folder / 'own_needs.py').write_text('import not_installed\n')
    (folder / 'own_raises.py').write_text('raise ValueError("two\\nlines")\n')
    (folder / 'own_exits.py').write_text('raise SystemExit(3)\n')
    (folder / 'own_syntax.py').write_text('def (\n')
    with pytest.raises(TaskError) as caught:
        task_class(name)
    assert text in str(caught.value) and '\n' not in str(caught.value)


def test_classes_that_a_function_makes_are_told_apart_once_they_have_names(folder):
    """They all call themselves alike, and networks are known by the names of their classes."""
    write_own_task(folder, 'own_made')
    with (folder / 'own_made.py').open('a') as file:
        file.write('\n\ndef made():\n    class Made(Brightness):\n        pass\n    return Made\n')
        file.write('\n\nCones = made()\n\n\nclass People(made()):\n    pass\n')
    with pytest.raises(TaskError, match=r'own_made.Cones calls itself own_made.made.<locals>.Made'):
        task_class('own_made.Cones')
    assert task_class('own_made.People').__name__ == 'People'


def test_a_class_may_be_named_where_it_is_imported(folder):
    write_own_task(folder, 'own_original')
    (folder / 'own_again.py').write_text('from own_original import Brightness\n')
    assert task_class('own_again.Brightness').__module__ == 'own_original'
