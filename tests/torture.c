// Messages to torture a parser of SIP with: see torture.h.
#include "tests/torture.h"

#define HEAD                                      \
    "Via: SIP/2.0/TCP h:5060;branch=z9hG4bK1\r\n" \
    "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"  \
    "Call-ID: 1@h\r\n"

const struct torture torture_messages[] = {
    // 3.1.1.1: folded lines, odd spaces, an empty header, a list in quotes
    {"wsinv",
     "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
     "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
     "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = "
     "98asjd8\r\n"
     "MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 0\r\n"
     "cseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    "
     "192.0.2.2;branch=390skdjuw\r\n"
     "s :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n\r\n",
     HEAD_OK, false},
    // 3.1.1.2: a method of every character that a token may have
    {"intmeth",
     "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/"
     "crazy?,/;;*@example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\r\n"
     "To: \"BEL:\\\x07 NUL:\\ DEL:\\\x7f\" <sip:1_unusual.URI~@example.com>\r\n"
     "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"x\";"
     "tag=_token~1'+`*%!-.\r\n"
     "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\r\n"
     "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\nMax-Forwards: 255\r\n\r\n",
     HEAD_OK, false},
    // 3.1.2.1: a header value that begins with a wrong separator is a parameter's affair
    {"badinv01 (extraneous separators)",
     "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=134161461246\r\nMax-Forwards: 7\r\n"
     "Call-ID: badinv01.0ha0isndaksdjasdf3234nas\r\nCSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\nContact: \"Joe\" <sip:joe@example.org>;;;;\r\n\r\n",
     HEAD_OK, false},
    // 3.1.2.2: Content-Length longer than the message: more has to come
    {"clerr",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD "CSeq: 8 INVITE\r\n"
     "Content-Length: 9999\r\n\r\nv=0\r\n",
     HEAD_LONG_BODY, false},
    {"ncl (negative)",
     "INVITE sip:user@example.com SIP/2.0\r\n" HEAD "CSeq: 8 INVITE\r\n"
     "Content-Length: -999\r\n\r\n",
     HEAD_BAD_LENGTH, false},
    // 3.1.2.4: numbers that overflow
    {"scalar02",
     "REGISTER sip:example.com SIP/2.0\r\n" HEAD "CSeq: 36893488147419103232 REGISTER\r\n\r\n",
     HEAD_OK, true},
    {"scalarlg (response code)",
     "SIP/2.0 4294967301 better not break the receiver\r\n" HEAD "CSeq: 9 INVITE\r\n\r\n",
     HEAD_BAD_START, false},
    // 3.1.2.5: a quote that is not closed in To
    {"quotbal",
     "INVITE sip:user@example.com SIP/2.0\r\nTo: \"Mr. J. User <sip:j.user@example.com>\r\n"
     "From: sip:caller@example.net;tag=93334\r\nCall-ID: quotbal.aksdj\r\nCSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw\r\n\r\n",
     HEAD_OK, true},
    // 3.1.2.6, .7, .8: angle brackets, spaces in and around the Request-URI
    {"lwsruri", "INVITE sip:user@example.com; lr SIP/2.0\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n",
     HEAD_BAD_START, false},
    {"trws", "OPTIONS sip:remote-target@example.com SIP/2.0  \r\n" HEAD "CSeq: 238 OPTIONS\r\n\r\n",
     HEAD_OK, false},
    // 3.1.2.16, 3.1.2.17: another version; methods that differ
    {"badvers", "OPTIONS sip:t.watson@example.org SIP/7.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n",
     HEAD_BAD_VERSION, false},
    {"mismatch01", "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD "CSeq: 8 INVITE\r\n\r\n",
     HEAD_OK, true},
    {"mismatch02", "NEWMETHOD sip:user@example.com SIP/2.0\r\n" HEAD "CSeq: 8 INVITE\r\n\r\n",
     HEAD_OK, true},
    // 3.1.2.19: a response code of four digits
    {"bigcode", "SIP/2.0 1024 x\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", HEAD_BAD_START, false},
    // 3.3.1, 3.3.8: headers that have to be there, or may be there only once
    {"insuf",
     "INVITE sip:user@example.com SIP/2.0\r\nCSeq: 193942 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf\r\nl: 0\r\n\r\n",
     HEAD_OK, true},
    {"multi01",
     "INVITE sip:user@company.com SIP/2.0\r\n" HEAD "Call-ID: multi01.2\r\n"
     "CSeq: 59 INVITE\r\n\r\n",
     HEAD_OK, true},
    {"mcl01",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD "CSeq: 59 OPTIONS\r\n"
     "Content-Length: 13\r\nContent-Length: 5\r\n\r\nThere's no way",
     HEAD_BAD_LENGTH, false},
    {"novelsc", "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n",
     HEAD_OK, false},
    {"zeromf",
     "OPTIONS sip:user@example.com SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\n\r\n",
     HEAD_OK, false},
    {0},
};
