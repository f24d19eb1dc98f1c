"""Folders that another program shows, and where there is no such program."""

from PySide6.QtGui import QDesktopServices, QGuiApplication

from workbench.app.bars.banner import Banner
from workbench.app.outside import show_outside


def test_where_no_program_opens_it_the_path_is_told(qtbot, monkeypatch, tmp_path):
    banner = Banner()
    qtbot.addWidget(banner)
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    show_outside(banner, tmp_path)
    (url,) = opened
    assert url.toLocalFile() == str(tmp_path)
    said = banner.words.text().replace("\u200b", "")
    assert said == f"No program here opens it. It is at {tmp_path}"
    banner.buttons[0].click()
    assert QGuiApplication.clipboard().text() == str(tmp_path)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: True)
    show_outside(banner, tmp_path)
    assert banner.isHidden()
