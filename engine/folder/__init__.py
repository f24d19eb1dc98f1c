"""The folder of a run, which may be anybody's: its parts are opened with care.

Nothing here loads torch, so that engine and window read a run with the same eyes.
"""
