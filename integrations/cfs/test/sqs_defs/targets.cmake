# The mission of integrations/cfs/test: cFE with sqs_lib, sqs_app, FM and the app that drives the test.
set(MISSION_NAME "sqs")
set(SPACECRAFT_ID 0x42)
set(MISSION_CPUNAMES cpu1)
set(cpu1_PROCESSORID 1)
set(cpu1_APPLIST sqs_lib sqs_app fm sqs_test)
set(cpu1_SYSTEM native)
set(cpu1_FILELIST cfe_es_startup.scr)
list(APPEND MISSION_GLOBAL_APPLIST)
