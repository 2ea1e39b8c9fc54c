# -*- coding: latin-1 -*-
NAME = "é"
x = 1