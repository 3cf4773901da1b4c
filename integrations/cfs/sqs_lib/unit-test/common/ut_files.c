/**
 * @file
 * Files in memory for unit tests.
 */

#include "ut_files.h"

#include <string.h>

#define FILES 8

static struct
{
    char   Name[OS_MAX_PATH_LEN];
    uint8  Data[UT_FILE_BYTES];
    size_t Bytes;
    size_t At;
    bool   Open;
} Files[FILES];

static size_t WriteLimit;

static int Find(const char *Name)
{
    int i;

    for (i = 0; i < FILES; i++)
    {
        if (strcmp(Files[i].Name, Name) == 0)
        {
            return i;
        }
    }
    return -1;
}

static int Make(const char *Name)
{
    int i = Find(Name);

    if (i < 0)
    {
        i = Find("");
        strncpy(Files[i].Name, Name, sizeof(Files[i].Name) - 1);
        Files[i].Bytes = 0;
    }
    return i;
}

static void Return(UT_EntryKey_t Key, int32 Code)
{
    UT_Stub_SetReturnValue(Key, Code);
}

/* The code that a test has forced, if any. */
static bool Forced(UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    int32 Code = 0;

    (void)Key;
    UT_Stub_GetInt32StatusCode(Context, &Code);
    return Code != 0;
}

static int Index(const UT_StubContext_t *Context)
{
    return (int)OS_ObjectIdToInteger(UT_Hook_GetArgValueByName(Context, "filedes", osal_id_t)) - 1;
}

static void OpenCreate(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    osal_id_t  *Id    = UT_Hook_GetArgValueByName(Context, "filedes", osal_id_t *);
    const char *Name  = UT_Hook_GetArgValueByName(Context, "path", const char *);
    int32       Flags = UT_Hook_GetArgValueByName(Context, "flags", int32);
    int32       Code  = OS_SUCCESS;
    int         i;

    if (Forced(Key, Context))
    {
        return;
    }
    i = (Flags & OS_FILE_FLAG_CREATE) != 0 ? Make(Name) : Find(Name);
    if (i < 0)
    {
        Code = OS_FS_ERR_PATH_INVALID;
    }
    else
    {
        Files[i].At    = 0;
        Files[i].Bytes = (Flags & OS_FILE_FLAG_TRUNCATE) != 0 ? 0 : Files[i].Bytes;
        Files[i].Open  = true;
        *Id            = OS_ObjectIdFromInteger((uint32)i + 1);
    }
    Return(Key, Code);
}

static void Close(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    Files[Index(Context)].Open = false;
    if (!Forced(Key, Context))
    {
        Return(Key, (int32)OS_SUCCESS);
    }
}

static void Read(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    const int i     = Index(Context);
    void     *To    = UT_Hook_GetArgValueByName(Context, "buffer", void *);
    size_t    Bytes = UT_Hook_GetArgValueByName(Context, "nbytes", size_t);

    if (Forced(Key, Context))
    {
        return;
    }
    if (Bytes > Files[i].Bytes - Files[i].At)
    {
        Bytes = Files[i].Bytes - Files[i].At;
    }
    memcpy(To, Files[i].Data + Files[i].At, Bytes);
    Files[i].At += Bytes;
    Return(Key, (int32)Bytes);
}

static void Write(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    const int   i     = Index(Context);
    const void *From  = UT_Hook_GetArgValueByName(Context, "buffer", const void *);
    size_t      Bytes = UT_Hook_GetArgValueByName(Context, "nbytes", size_t);

    if (Forced(Key, Context))
    {
        return;
    }
    Bytes = WriteLimit > 0 && Bytes > WriteLimit ? WriteLimit : Bytes;
    memcpy(Files[i].Data + Files[i].At, From, Bytes);
    Files[i].At += Bytes;
    if (Files[i].At > Files[i].Bytes)
    {
        Files[i].Bytes = Files[i].At;
    }
    Return(Key, (int32)Bytes);
}

static void Seek(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    const int i  = Index(Context);
    size_t    To = (size_t)UT_Hook_GetArgValueByName(Context, "offset", osal_offset_t);

    if (Forced(Key, Context))
    {
        return;
    }
    Files[i].At = To;
    Return(Key, (int32)To);
}

static void Rename(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    const int From = Find(UT_Hook_GetArgValueByName(Context, "old_filename", const char *));
    const char *To = UT_Hook_GetArgValueByName(Context, "new_filename", const char *);

    if (Forced(Key, Context))
    {
        return;
    }
    if (Find(To) >= 0)
    {
        Files[Find(To)].Name[0] = '\0';
    }
    strncpy(Files[From].Name, To, sizeof(Files[From].Name) - 1);
    Return(Key, (int32)OS_SUCCESS);
}

static void Remove(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    const int i = Find(UT_Hook_GetArgValueByName(Context, "path", const char *));

    if (i >= 0)
    {
        Files[i].Name[0] = '\0';
    }
    Return(Key, (int32)OS_SUCCESS);
}

void UT_FilesReset(void)
{
    memset(Files, 0, sizeof(Files));
    WriteLimit = 0;
    UT_SetHandlerFunction(UT_KEY(OS_OpenCreate), OpenCreate, NULL);
    UT_SetHandlerFunction(UT_KEY(OS_close), Close, NULL);
    UT_SetHandlerFunction(UT_KEY(OS_read), Read, NULL);
    UT_SetHandlerFunction(UT_KEY(OS_write), Write, NULL);
    UT_SetHandlerFunction(UT_KEY(OS_lseek), Seek, NULL);
    UT_SetHandlerFunction(UT_KEY(OS_rename), Rename, NULL);
    UT_SetHandlerFunction(UT_KEY(OS_remove), Remove, NULL);
}

void UT_FileSet(const char *Name, const void *Data, size_t Bytes)
{
    const int i = Make(Name);

    memcpy(Files[i].Data, Data, Bytes);
    Files[i].Bytes = Bytes;
}

const uint8 *UT_FileGet(const char *Name, size_t *Bytes)
{
    const int i = Find(Name);

    *Bytes = i < 0 ? 0 : Files[i].Bytes;
    return i < 0 ? NULL : Files[i].Data;
}

void UT_FilesLimitWrites(size_t Bytes)
{
    WriteLimit = Bytes;
}

uint32 UT_FilesOpen(void)
{
    uint32 Open = 0;
    int    i;

    for (i = 0; i < FILES; i++)
    {
        Open += Files[i].Open ? 1 : 0;
    }
    return Open;
}
