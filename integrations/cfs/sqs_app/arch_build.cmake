# Header files that a mission may replace by files of the same name in its definitions directory.
foreach(SQS_APP_CFGFILE sqs_app_msgids.h sqs_app_perfids.h sqs_app_platform_cfg.h)
  generate_config_includefile(
    FILE_NAME     "${SQS_APP_CFGFILE}"
    FALLBACK_FILE "${CMAKE_CURRENT_LIST_DIR}/config/default_${SQS_APP_CFGFILE}"
  )
endforeach()
