/* Texts of errors, word for word. In each expected text, < and > mark what it is about, what was given and what would be
   right. */
#ifndef TEXTS_H
#define TEXTS_H

static void compare(int line, const char *text, const char *marked)
{
    char want[512];
    size_t n = 0, parts = 0;
    const char *c;
    for (c = marked; *c && n + 1 < sizeof want; c++) {
        if (*c == '<') parts++;
        if (*c != '<' && *c != '>') want[n++] = *c;
    }
    want[n] = 0;
    checks++;
    if (strcmp(text, want) != 0 || parts < 3) {
        failures++;
        printf("line %d: \"%s\" is not \"%s\"\n", line, text, want);
    }
}

/* The text of the pipeline's last error. */
static inline void detail(int line, const sqs_pipeline *p, const char *marked)
{
    char text[512] = "";
    sqs_pipeline_error_detail(p, text, sizeof text, NULL);
    compare(line, text, marked);
}

#endif
